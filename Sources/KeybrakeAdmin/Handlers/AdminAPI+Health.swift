internal import KeybrakeGateway
internal import KeybrakeLedger
internal import KeybrakeStripe

extension AdminAPI {
    /// `GET /healthz`: the process is there.
    func health() -> AdminResponse {
        .json(["status": "ok", "version": .string(services.version)])
    }

    /// `GET /readyz`: calls can be governed, that is, the ledger writes.
    func ready() -> AdminResponse {
        services.ledger.isHealthy
            ? .json(["status": "ready"])
            : .error(503, "ledger_unavailable", "The ledger cannot write; money calls are refused.")
    }

    /// `GET /metrics`: counts in Prometheus' text format.
    func metrics() -> AdminResponse {
        let healthy =
            "# TYPE keybrake_ledger_healthy gauge\nkeybrake_ledger_healthy \(services.ledger.isHealthy ? 1 : 0)\n"
        return .text(
            services.counters.prometheusText + healthy, contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
}
