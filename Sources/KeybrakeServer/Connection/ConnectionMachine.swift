internal import KeybrakeGateway
internal import NIOCore
internal import NIOHTTP1

/// Decides what a client's connection does: which bytes become a request, when the next one may be read, which
/// time-out runs, and when the connection ends. It does no I/O and reads no clock.
struct ConnectionMachine {
    /// What the owner does next.
    enum Step {
        /// Nothing until something happens.
        case wait
        /// Give the request to the handler; the answer carries `sequence`.
        case handle(IncomingRequest, sequence: UInt64)
        /// Write `100 Continue`.
        case sendContinue
        /// Have the handler refuse; the answer carries `sequence`, and the connection closes after it.
        case refuse(UnreadableRequest, sequence: UInt64)
        /// Close at once, without an answer.
        case close
    }

    private enum Phase {
        /// Nothing of a request has arrived.
        case idle
        case head
        case body
        /// The handler has the request, or its answer is being held back.
        case handling
        /// The answer waits for a client that does not read.
        case blocked
        /// The last answer is being written.
        case closing
        /// The last answer is written, and its reader gets a moment to take it.
        case lingering
        case closed
    }

    private let limits: ServerLimits
    private var phase = Phase.idle
    private var inbox = ByteBuffer()
    private var boundary = HeadBoundary()
    private var head: RequestHead?
    private var body = BodyReader(framing: .none, bytesMax: 0)
    private var headAtMicroseconds: Int64 = 0
    private var sequence: UInt64 = 0
    private var hasSkippedEmptyLine = false
    private var isContinueDue = false
    private var inputHasEnded = false
    private var isQuiescing = false
    private var closesAfterAnswer = false
    private(set) var isAnswerToHEAD = false
    private var lastEventAt: NIODeadline
    /// When the phase has lasted too long.
    private(set) var deadline: NIODeadline

    init(limits: ServerLimits, openedAt now: NIODeadline) {
        self.limits = limits
        lastEventAt = now
        deadline = now + .milliseconds(limits.headMilliseconds)
    }

    // MARK: What happens

    /// Bytes have arrived.
    mutating func received(_ bytes: ByteBuffer, at now: NIODeadline) {
        lastEventAt = now
        switch phase {
        case .closing, .lingering, .closed:
            return
        case .idle:
            phase = .head
            deadline = now + .milliseconds(limits.headMilliseconds)
        case .head, .body, .handling, .blocked:
            break
        }
        if inbox.readableBytes == 0 {
            inbox = bytes
        } else {
            var bytes = bytes
            inbox.discardReadBytes()
            inbox.writeBuffer(&bytes)
        }
    }

    /// The client will send no more; it may still read.
    mutating func inputEnded() {
        inputHasEnded = true
    }

    /// The connection is gone.
    mutating func closed() {
        phase = .closed
        inbox = ByteBuffer()
        deadline = .distantFuture
    }

    /// The server wants to stop; `true` when the connection has nothing to finish and closes now.
    mutating func quiesce() -> Bool {
        isQuiescing = true
        return phase == .idle
    }

    /// `deadline` has passed.
    mutating func expired() -> Step {
        switch phase {
        case .idle, .blocked, .closing, .lingering: return .close
        case .head: return refuse(.tooSlow(limitMilliseconds: Int(limits.headMilliseconds)))
        case .body: return refuse(.tooSlow(limitMilliseconds: Int(limits.bodyMilliseconds)))
        case .handling, .closed: return .wait
        }
    }

    // MARK: What to do

    /// The next step. Called again until it says to wait.
    mutating func next(wallClockMicroseconds: () -> Int64) -> Step {
        switch phase {
        case .idle:
            return inputHasEnded ? .close : .wait
        case .head:
            return readHead(wallClockMicroseconds)
        case .body:
            return readBody()
        case .lingering:
            return inputHasEnded ? .close : .wait
        case .handling, .blocked, .closing, .closed:
            return .wait
        }
    }

    /// Whether reading may go on: requests that wait behind another one are not collected without bound.
    var wantsBytes: Bool {
        switch phase {
        case .handling, .blocked: return inbox.readableBytes < limits.headBytesMax
        case .idle, .head, .body, .closing, .lingering, .closed: return true
        }
    }

    // MARK: Answers

    /// Whether the answer with that number is still wanted; the first answer only.
    func awaitsAnswer(_ sequence: UInt64) -> Bool {
        phase == .handling && sequence == self.sequence
    }

    /// Whether the connection closes after the answer that is about to be written.
    func closes(after response: OutgoingResponse) -> Bool {
        closesAfterAnswer || response.closesConnection || isQuiescing || inputHasEnded && inbox.readableBytes == 0
    }

    /// The last answer was handed to the socket; ``lingers(at:)`` follows when it is written.
    mutating func answeredLast(at now: NIODeadline) {
        phase = .closing
        inbox = ByteBuffer()
        deadline = now + .milliseconds(limits.writeMilliseconds)
    }

    /// The last answer is written and the output is shut.
    mutating func lingers(at now: NIODeadline) {
        guard phase == .closing else { return }
        phase = .lingering
        deadline = now + .milliseconds(limits.lingerMilliseconds)
    }

    /// An answer was handed to the socket, and another request may follow.
    mutating func answered(isWritable: Bool, at now: NIODeadline) {
        if isWritable {
            readNext(at: now)
        } else {
            phase = .blocked
            deadline = now + .milliseconds(limits.writeMilliseconds)
        }
    }

    /// The socket takes bytes again.
    mutating func becameWritable(at now: NIODeadline) {
        if phase == .blocked { readNext(at: now) }
    }

    private mutating func readNext(at now: NIODeadline) {
        lastEventAt = now
        hasSkippedEmptyLine = false
        if inbox.readableBytes == 0 {
            // An empty inbox must not keep the buffer that the socket reads into from being used again.
            inbox = ByteBuffer()
            phase = .idle
            deadline = now + .milliseconds(limits.idleMilliseconds)
        } else {
            phase = .head
            deadline = now + .milliseconds(limits.headMilliseconds)
        }
    }

    // MARK: Reading

    private mutating func readHead(_ wallClockMicroseconds: () -> Int64) -> Step {
        do {
            guard try skipEmptyLine(), let head = try parseHead() else {
                guard inputHasEnded else { return .wait }
                return refuse(.malformed("the connection ended in the middle of a request"))
            }
            headAtMicroseconds = wallClockMicroseconds()
            if case .length(let length) = head.framing, length > limits.bodyBytesMax {
                return refuse(.bodyTooLarge(limitBytes: limits.bodyBytesMax))
            }
            isAnswerToHEAD = head.method == .HEAD
            closesAfterAnswer = head.closes || sequence + 1 == limits.requestsPerConnectionMax.map(UInt64.init)
            if head.framing == .none { return handle(head, body: ByteBuffer()) }
            body = BodyReader(framing: head.framing, bytesMax: limits.bodyBytesMax)
            isContinueDue = head.expectsContinue
            self.head = head
            phase = .body
            deadline = lastEventAt + .milliseconds(limits.bodyMilliseconds)
            return readBody()
        } catch {
            return refuse(error)
        }
    }

    /// Skips one empty line before a request, which some clients send after a body; `false` when it is not whole yet.
    private mutating func skipEmptyLine() throws(UnreadableRequest) -> Bool {
        let start = inbox.readerIndex
        guard let first = inbox.getInteger(at: start, as: UInt8.self) else { return false }
        if first == ByteClass.carriageReturn, !hasSkippedEmptyLine {
            guard let second = inbox.getInteger(at: start + 1, as: UInt8.self) else { return false }
            guard second == ByteClass.lineFeed else { throw .malformed("the request starts with a bare return") }
            inbox.moveReaderIndex(forwardBy: 2)
            hasSkippedEmptyLine = true
            return try skipEmptyLine()
        }
        // Seen at the first byte, so that a client that speaks TLS or anything else need not wait for a time-out.
        guard first >= UInt8(ascii: "A"), first <= UInt8(ascii: "Z") else {
            throw .malformed("the bytes are not an HTTP request")
        }
        return true
    }

    private mutating func parseHead() throws(UnreadableRequest) -> RequestHead? {
        var boundary = boundary
        let limits = limits
        let result: Result<(RequestHead, Int)?, UnreadableRequest> = inbox.withUnsafeReadableBytes { bytes in
            do {
                let length = try boundary.find(in: bytes)
                guard (length ?? bytes.count) <= limits.headBytesMax else {
                    return .failure(.headTooLarge(limitBytes: limits.headBytesMax))
                }
                guard let length else { return .success(nil) }
                let headBytes = UnsafeRawBufferPointer(rebasing: bytes[..<length])
                return .success((try RequestHead(headBytes, headerCountMax: limits.headerCountMax), length))
            } catch let defect as RequestHead.Defect {
                switch defect {
                case .malformed(let text): return .failure(.malformed(text))
                case .versionNotSupported: return .failure(.versionNotSupported)
                }
            } catch let defect as WireDefect {
                return .failure(.malformed(defect.text))
            } catch {
                return .failure(.malformed("the request cannot be read"))
            }
        }
        self.boundary = boundary
        guard let (head, length) = try result.get() else { return nil }
        inbox.moveReaderIndex(forwardBy: length)
        self.boundary.reset()
        return head
    }

    private mutating func readBody() -> Step {
        do throws(BodyDefect) {
            if let whole = try body.read(from: &inbox), let head {
                return handle(head, body: whole)
            }
        } catch {
            switch error {
            case .tooLarge: return refuse(.bodyTooLarge(limitBytes: limits.bodyBytesMax))
            case .malformed(let text): return refuse(.malformed(text))
            }
        }
        if inputHasEnded { return refuse(.malformed("the connection ended in the middle of a request")) }
        if isContinueDue {
            isContinueDue = false
            return .sendContinue
        }
        return .wait
    }

    private mutating func handle(_ head: RequestHead, body: ByteBuffer) -> Step {
        let request = IncomingRequest(
            method: head.method, target: head.target, headers: head.headers, body: body,
            receivedAtMicroseconds: headAtMicroseconds)
        self.head = nil
        self.body = BodyReader(framing: .none, bytesMax: 0)
        if inbox.readableBytes == 0 { inbox = ByteBuffer() }
        phase = .handling
        deadline = .distantFuture
        sequence += 1
        return .handle(request, sequence: sequence)
    }

    private mutating func refuse(_ reason: UnreadableRequest) -> Step {
        head = nil
        inbox = ByteBuffer()
        isAnswerToHEAD = false
        closesAfterAnswer = true
        phase = .handling
        deadline = .distantFuture
        sequence += 1
        return .refuse(reason, sequence: sequence)
    }
}
