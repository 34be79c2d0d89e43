import KeybrakeGateway
import KeybrakeServer
import Logging
import NIOCore
import NIOPosix

/// Runs `body` against a server on a free port, and stops it afterwards.
func withServer(
    handler: any RequestHandler, limits: ServerLimits = .standard, tls: ServerConfiguration.TLSFiles? = nil,
    loops: Int = 1, _ body: (HTTPServer, Int) async throws -> Void
) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
    let server = HTTPServer(
        configuration: ServerConfiguration(listener: "test", host: "127.0.0.1", port: 0, tls: tls, limits: limits),
        handler: handler, eventLoopGroup: group, logger: quietLogger)
    do {
        try await body(server, try await server.start())
    } catch {
        await server.stop()
        try await group.shutdownGracefully()
        throw error
    }
    await server.stop()
    try await group.shutdownGracefully()
}

/// A logger that keeps still.
let quietLogger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
