import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// An upstream that does what a script says: the n-th request on the n-th connection gets that entry.
final class ScriptedOrigin: Sendable {
    enum Act: Sendable {
        /// Writes these bytes as they are.
        case write(String)
        /// Writes these bytes and closes.
        case writeAndClose(String)
        case close
        case reset
        /// Writes these bytes, and resets the connection once the client has had time to read them.
        case writeThenReset(String)
        /// Reads the request and says nothing.
        case silence
    }

    /// One entry per connection, each a list of what its requests get; the last entry serves all later connections.
    private let script: [[Act]]
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let log: Log

    /// What came in.
    final class Log: Sendable {
        private let state = Mutex<(requests: [String], connections: Int)>(([], 0))
        var requests: [String] { state.withLock { $0.requests } }
        var connections: Int { state.withLock { $0.connections } }
        private let resetCount = Mutex(0)
        var resets: Int { resetCount.withLock { $0 } }
        fileprivate func countReset() { resetCount.withLock { $0 += 1 } }
        fileprivate func add(_ request: String) { state.withLock { $0.requests.append(request) } }
        fileprivate func nextConnection() -> Int {
            state.withLock { state in
                state.connections += 1
                return state.connections - 1
            }
        }
    }

    static func started(_ script: [[Act]], tls: NIOSSLContext? = nil) async throws -> ScriptedOrigin {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let log = Log()
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    if let tls { try operations.addHandler(NIOSSLServerHandler(context: tls)) }
                    let number = log.nextConnection()
                    try operations.addHandler(Handler(acts: script[min(number, script.count - 1)], log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedOrigin(script: script, group: group, channel: channel, log: log)
    }

    private init(script: [[Act]], group: MultiThreadedEventLoopGroup, channel: any Channel, log: Log) {
        self.script = script
        self.group = group
        self.channel = channel
        self.log = log
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var requests: [String] { log.requests }
    var connections: Int { log.connections }
    var resets: Int { log.resets }

    func stop() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private var acts: [Act]
        private let log: Log
        private var inbox = ""

        init(acts: [Act], log: Log) {
            self.acts = acts
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            inbox += String(buffer: unwrapInboundIn(data))
            while let request = nextRequest() {
                log.add(request)
                perform(acts.isEmpty ? .silence : acts.removeFirst(), context)
            }
        }

        private func perform(_ act: Act, _ context: ChannelHandlerContext) {
            switch act {
            case .write(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .writeAndClose(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(mode: .output, promise: nil)
            case .close:
                context.close(promise: nil)
            case .writeThenReset(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) {
                    self.perform(.reset, context)
                    self.log.countReset()
                }
            case .reset:
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            case .silence:
                break
            }
        }

        /// The next whole request in the inbox, by its `Content-Length`.
        private func nextRequest() -> String? {
            guard let end = inbox.firstRange(of: "\r\n\r\n") else { return nil }
            let head = inbox[..<end.upperBound]
            var length = 0
            for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length: ") {
                length = Int(line.dropFirst("content-length: ".count)) ?? 0
            }
            guard inbox[end.upperBound...].utf8.count >= length else { return nil }
            let request = String(inbox.utf8.prefix(head.utf8.count + length)) ?? ""
            inbox = String(inbox.utf8.dropFirst(head.utf8.count + length)) ?? ""
            return request
        }
    }
}
