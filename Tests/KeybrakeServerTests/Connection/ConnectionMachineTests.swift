import KeybrakeGateway
import NIOCore
import Testing

@testable import KeybrakeServer

/// Drives a machine and writes down what it says.
struct MachineTranscript {
    var machine: ConnectionMachine
    var now = NIODeadline.uptimeNanoseconds(0)

    init(_ limits: ServerLimits = .standard) {
        machine = ConnectionMachine(limits: limits, openedAt: now)
    }

    /// The steps that bytes lead to, the last one being `wait` or `close`; requests are answered at once.
    mutating func send(_ text: String) -> [String] {
        machine.received(ByteBuffer(string: text), at: now)
        return steps()
    }

    mutating func steps(answersAtOnce: Bool = true) -> [String] {
        var said: [String] = []
        while true {
            switch machine.next(wallClockMicroseconds: { 7 }) {
            case .wait:
                return said + ["wait"]
            case .close:
                return said + ["close"]
            case .sendContinue:
                said.append("continue")
            case .handle(let request, let sequence):
                said.append(TestHandler.echo(request))
                guard answersAtOnce, machine.awaitsAnswer(sequence) else { return said }
                if machine.closes(after: .text("")) {
                    machine.answeredLast(at: now)
                    said.append("last")
                } else {
                    machine.answered(isWritable: true, at: now)
                }
            case .refuse(let reason, _):
                return said + ["\(reason)"]
            }
        }
    }
}

@Suite("Connection machine")
struct ConnectionMachineTests {
    private let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func answersOneRequestAfterTheOther() {
        var transcript = MachineTranscript()
        #expect(transcript.send(get) == ["GET /a []", "wait"])
        #expect(transcript.send(get) == ["GET /a []", "wait"])
        #expect(
            transcript.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") == ["POST /b [abc]", "wait"])
    }

    @Test func answersPipelinedRequestsInOrder() {
        var transcript = MachineTranscript()
        let post = "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n"
        #expect(transcript.send(get + post + get) == ["GET /a []", "POST /b [b]", "GET /a []", "wait"])
    }

    @Test func handsOutOneRequestAtATime() {
        var transcript = MachineTranscript()
        transcript.machine.received(ByteBuffer(string: get + get), at: transcript.now)
        #expect(transcript.steps(answersAtOnce: false) == ["GET /a []"])
        #expect(transcript.steps() == ["wait"])
        #expect(transcript.machine.awaitsAnswer(1))
        #expect(!transcript.machine.awaitsAnswer(2))
        transcript.machine.answered(isWritable: true, at: transcript.now)
        #expect(!transcript.machine.awaitsAnswer(1))
        #expect(transcript.steps() == ["GET /a []", "wait"])
    }

    @Test func readsByteByByte() {
        var transcript = MachineTranscript()
        let text = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        for byte in text.dropLast() { #expect(transcript.send(String(byte)) == ["wait"]) }
        #expect(transcript.send("c") == ["POST /b [abc]", "wait"])
    }

    @Test func stopsReadingBehindARequestInProgress() {
        var transcript = MachineTranscript(.changed { $0.headBytesMax = 100 })
        transcript.machine.received(ByteBuffer(string: get), at: transcript.now)
        #expect(transcript.steps(answersAtOnce: false) == ["GET /a []"])
        #expect(transcript.machine.wantsBytes)
        transcript.machine.received(ByteBuffer(string: get + get + get + get), at: transcript.now)
        #expect(!transcript.machine.wantsBytes)
        transcript.machine.answered(isWritable: true, at: transcript.now)
        #expect(transcript.machine.wantsBytes)
    }

    @Test func waitsForAClientThatDoesNotRead() {
        var transcript = MachineTranscript()
        transcript.machine.received(ByteBuffer(string: get + get), at: transcript.now)
        _ = transcript.steps(answersAtOnce: false)
        transcript.machine.answered(isWritable: false, at: transcript.now)
        #expect(transcript.steps() == ["wait"])
        #expect(transcript.machine.deadline == transcript.now + .milliseconds(30_000))
        transcript.machine.becameWritable(at: transcript.now)
        #expect(transcript.steps() == ["GET /a []", "wait"])
    }

    @Test func continuesBeforeABodyThatIsWaitedFor() {
        var transcript = MachineTranscript()
        let head = "POST /b HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        #expect(transcript.send(head) == ["continue", "wait"])
        #expect(transcript.send("ab") == ["wait"])
        #expect(transcript.send("c") == ["POST /b [abc]", "wait"])
        #expect(transcript.send(head + "abc") == ["POST /b [abc]", "wait"])
    }

    @Test func closesAfterTheLastRequest() {
        var asked = MachineTranscript()
        #expect(
            asked.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get) == [
                "GET /a []", "last", "wait",
            ])
        var old = MachineTranscript()
        #expect(old.send("GET /a HTTP/1.0\r\n\r\n") == ["GET /a []", "last", "wait"])
        var limited = MachineTranscript(.changed { $0.requestsPerConnectionMax = 2 })
        #expect(limited.send(get + get + get) == ["GET /a []", "GET /a []", "last", "wait"])
        var quiescing = MachineTranscript()
        #expect(quiescing.send("GET /a") == ["wait"])
        let closesNow = quiescing.machine.quiesce()
        #expect(!closesNow)
        #expect(quiescing.send(" HTTP/1.1\r\nHost: x\r\n\r\n") == ["GET /a []", "last", "wait"])
    }

    @Test func closesAtOnceWhenIdle() {
        var quiescing = MachineTranscript()
        let closesNow = quiescing.machine.quiesce()
        #expect(closesNow)
        var ended = MachineTranscript()
        ended.machine.inputEnded()
        #expect(ended.steps() == ["close"])
    }

    @Test func answersWhatCameBeforeTheEnd() {
        var transcript = MachineTranscript()
        transcript.machine.received(ByteBuffer(string: get + get), at: transcript.now)
        transcript.machine.inputEnded()
        #expect(transcript.steps() == ["GET /a []", "GET /a []", "last", "wait"])
        transcript.machine.lingers(at: transcript.now)
        #expect(transcript.steps() == ["close"])
    }

    @Test(arguments: ["GET /a", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"])
    func refusesHalfARequest(text: String) {
        var transcript = MachineTranscript()
        #expect(transcript.send(text) == ["wait"])
        transcript.machine.inputEnded()
        #expect(transcript.steps() == [#"malformed("the connection ended in the middle of a request")"#])
    }

    @Test func limitsHeadAndBody() {
        let limits = ServerLimits.changed {
            $0.headBytesMax = 200
            $0.bodyBytesMax = 10
        }
        var head = MachineTranscript(limits)
        #expect(head.send("GET /" + String(repeating: "a", count: 200)) == ["headTooLarge(limitBytes: 200)"])
        var announced = MachineTranscript(limits)
        #expect(
            announced.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
                == ["bodyTooLarge(limitBytes: 10)"])
        var chunked = MachineTranscript(limits)
        #expect(
            chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n")
                == ["bodyTooLarge(limitBytes: 10)"])
    }

    @Test func seesAtTheFirstByteThatAClientSpeaksSomethingElse() {
        var transcript = MachineTranscript()
        #expect(transcript.send("\u{16}\u{3}\u{1}") == [#"malformed("the bytes are not an HTTP request")"#])
    }

    @Test func skipsOneEmptyLineBetweenRequests() {
        var transcript = MachineTranscript()
        #expect(transcript.send(get + "\r") == ["GET /a []", "wait"])
        #expect(transcript.send("\n" + get) == ["GET /a []", "wait"])
        #expect(transcript.send("\r\n\r\n") == [#"malformed("the bytes are not an HTTP request")"#])
    }

    @Test func endsWhatTakesTooLong() {
        var idle = MachineTranscript()
        #expect(idle.machine.deadline == idle.now + .milliseconds(10_000))
        guard case .close = idle.machine.expired() else { return #expect(Bool(false), "closes without a word") }

        var head = MachineTranscript()
        _ = head.send("GET /")
        head.now = head.now + .seconds(9)
        _ = head.send("a")
        #expect(head.machine.deadline == .uptimeNanoseconds(0) + .seconds(10))
        guard case .refuse(.tooSlow(10_000), _) = head.machine.expired() else {
            return #expect(Bool(false), "refuses a slow head")
        }

        var body = MachineTranscript()
        _ = body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        #expect(body.machine.deadline == body.now + .seconds(60))
        guard case .refuse(.tooSlow(60_000), _) = body.machine.expired() else {
            return #expect(Bool(false), "refuses a slow body")
        }

        var between = MachineTranscript()
        _ = between.send(get)
        #expect(between.machine.deadline == between.now + .seconds(75))
    }

    /// Whatever arrives, the machine ends every run waiting, closing or refusing.
    @Test func survivesAnything() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let whole = Array(
            ("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                + "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + get).utf8)
        var handled = 0
        for _ in 0..<3_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: bytes.insert(contentsOf: [13, 10, 32, 58].shuffled(using: &random), at: place)
                }
            }
            var transcript = MachineTranscript()
            while !bytes.isEmpty {
                let count = Int.random(in: 1...bytes.count, using: &random)
                transcript.machine.received(ByteBuffer(bytes: bytes[..<count]), at: transcript.now)
                bytes.removeFirst(count)
                handled += transcript.steps().filter { $0.hasPrefix("POST") || $0.hasPrefix("GET") }.count
            }
        }
        #expect(handled > 1_000)
    }
}
