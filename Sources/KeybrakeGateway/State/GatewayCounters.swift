internal import Synchronization

/// What `/metrics` tells about requests: counts by mode and decision, and refusals by code.
///
/// Labels are bounded: four modes, two decisions, and the codes of the response contract.
package final class GatewayCounters: Sendable {
    private struct State {
        var answered: [Mode: Int] = [:]
        var refused: [String: Int] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Counts an answered request.
    package func countAnswer(_ mode: Mode) {
        state.withLock { $0.answered[mode, default: 0] += 1 }
    }

    /// Counts a refusal by its code.
    package func countRefusal(_ code: String) {
        state.withLock { $0.refused[code, default: 0] += 1 }
    }

    /// The counts in Prometheus' text format.
    package var prometheusText: String {
        let state = state.withLock { $0 }
        var lines = ["# TYPE keybrake_answers_total counter"]
        for mode in Mode.allCases {
            lines.append("keybrake_answers_total{mode=\"\(mode.rawValue)\"} \(state.answered[mode] ?? 0)")
        }
        lines.append("# TYPE keybrake_refusals_total counter")
        for (code, count) in state.refused.sorted(by: { $0.key < $1.key }) {
            lines.append("keybrake_refusals_total{code=\"\(code)\"} \(count)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
