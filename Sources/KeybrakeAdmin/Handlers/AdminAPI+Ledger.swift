internal import KeybrakeGateway
internal import KeybrakeLedger
internal import KeybrakeStripe

extension AdminAPI {
    /// Runs a call of the ledger's, with its failure told as the admin API tells it.
    func ledger<Value>(_ work: () async throws(LedgerFailure) -> Value) async throws(AdminError) -> Value {
        do throws(LedgerFailure) {
            return try await work()
        } catch {
            throw AdminError(error)
        }
    }

    /// `GET /admin/holds`: money that counts against a cap and has not settled, oldest first.
    func listHolds() async throws(AdminError) -> AdminResponse {
        let holds = try await ledger { () async throws(LedgerFailure) in try await self.services.ledger.openHolds() }
        return .json(["data": .array(holds.map { .object(Self.object($0)) })])
    }

    /// `POST /admin/holds/{id}/resolve`: an operator's finding about an outcome that was never learned.
    func resolveHold(_ id: String, _ call: AdminCall) async throws(AdminError) -> AdminResponse {
        let body = try call.object(members: ["outcome"])
        let open = try await ledger { () async throws(LedgerFailure) in try await self.services.ledger.openHolds() }
        guard let hold = open.first(where: { $0.id == id }) else { throw AdminError(.holdUnknown(id: id)) }
        let resolution: HoldResolution
        switch body["outcome"]?.stringValue {
        case "released": resolution = .released
        case "settled": resolution = .settled(hold.money, usdCents: hold.usdCents)
        default: throw .invalid("outcome must be \"settled\" or \"released\"")
        }
        let closed = try await ledger { () async throws(LedgerFailure) in
            try await self.services.ledger.resolveHold(id: id, resolution, stamp: call.stamp)
        }
        return .json(Self.object(closed))
    }

    /// `GET /admin/audit?after=SEQUENCE&limit=N`, or `?last=N` for the newest: audit rows in order, one JSON object a
    /// line. The next page begins after the last row's `seq`.
    func auditRows(_ call: AdminCall) async throws(AdminError) -> AdminResponse {
        let query = try call.query(parameters: ["after", "limit", "last"])
        let last = try Self.number(query, "last", default: 0, range: 0...10_000)
        let limit = try Self.number(query, "limit", default: last > 0 ? last : 1_000, range: 1...10_000)
        var after = try Self.number(query, "after", default: 0, range: 0...Int64.max)
        if last > 0 {
            let newest = try await ledger { () async throws(LedgerFailure) in
                try await self.services.ledger.lastAuditSequence()
            }
            after = max(0, newest - last)
        }
        let start = after
        let entries = try await ledger { () async throws(LedgerFailure) in
            try await self.services.ledger.auditEntries(after: start, limit: Int(limit))
        }
        var bytes: [UInt8] = []
        for entry in entries {
            bytes += JSONWriter.bytes(.object(entry.json))
            bytes.append(0x0A)
        }
        return AdminResponse(status: 200, contentType: "application/x-ndjson", body: bytes)
    }

    private static func number(
        _ query: FormMap, _ name: String, default fallback: Int64, range: ClosedRange<Int64>
    ) throws(AdminError) -> Int64 {
        guard let text = query.text(name) else { return fallback }
        guard let number = Int64(text), range.contains(number) else {
            throw .invalid("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func object(_ hold: OpenHold) -> JSONObject {
        [
            "id": .string(hold.id), "state": .string(hold.state.rawValue), "key_id": .string(hold.keyID),
            "request_id": .string(hold.requestID), "operation": .string(hold.operation), "meter": .string(hold.meter),
            "amount": .integer(hold.money.minorUnits), "currency": .string(hold.money.currency.code),
            "usd": .string(Money.majorText(minorUnits: hold.usdCents, digits: 2)),
            "object_id": JSONValue(hold.objectID), "created_at": .integer(hold.createdAtMicroseconds / 1_000_000),
        ]
    }
}

extension AdminCall {
    /// When and under which request an operator acted.
    var stamp: AdminStamp { AdminStamp(requestID: id, atMicroseconds: atMicroseconds) }
}

extension AdminAPI.Services {
    /// Microseconds since 1970.
    var now: Int64 { ClockReading.microsecondsNow() }
}
