package import KeybrakeCassettes
internal import KeybrakeStripe
package import NIOCore
internal import NIOHTTP1

/// Answers from a cassette. It holds neither an upstream nor a key: nothing it does can reach the network.
package struct ReplayMode: Dispatcher {
    package let mode: Mode = .replay
    package let sessions: CassetteSessions
    private let miss: MissPolicy
    private let emulate: EmulateMode

    /// The session that calls without one share.
    package static let commonSession = "default"

    package init(sessions: CassetteSessions, miss: MissPolicy, emulate: EmulateMode) {
        self.sessions = sessions
        self.miss = miss
        self.emulate = emulate
    }

    package func dispatch(
        _ call: DispatchedCall, on eventLoop: any EventLoop, completion: @escaping (Dispatch) -> Void
    ) {
        switch sessions.answer(RecordedRequest(call), session: call.session ?? Self.commonSession) {
        case .hit(let response):
            completion(.answered(Answer(response)))
        case .miss(let miss):
            switch self.miss {
            case .emulate: completion(.answered(emulate.answer(call)))
            case .fail: completion(.refused(Refusal(miss)))
            }
        }
    }
}

extension Answer {
    fileprivate init(_ response: ReplayedResponse) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(response.headers.count + 4)
        for header in response.headers { headers.add(name: header.name, value: header.value) }
        self.init(status: response.status, headers: headers, body: ByteBuffer(bytes: response.body), source: .cassette)
    }
}

extension Refusal {
    fileprivate init(_ miss: Miss) {
        let error = miss.error
        self.init(error.status, error.code ?? "cassette_miss", error.message, kind: error.kind, param: error.param)
    }
}
