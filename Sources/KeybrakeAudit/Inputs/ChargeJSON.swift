internal import KeybrakeStripe

/// Makes a charge record of one object of the API: a charge, a PaymentIntent, or an event about one of them.
struct ChargeJSON {
    private let books: Books
    private let place: RecordPlace
    private let item: UInt32
    private(set) var problems: [String] = []
    /// What the object says it is, when no record came of it.
    private(set) var objectName = "(none)"
    /// From the envelope of an event: which idempotency key made the charge.
    private(set) var idempotencyHash: UInt64?

    init(books: Books, place: RecordPlace, item: UInt32) {
        self.books = books
        self.place = place
        self.item = item
    }

    /// The record, or `nil` for an object that is neither charge nor PaymentIntent.
    mutating func record(_ value: JSONValue) -> ChargeRecord? {
        switch value["object"]?.stringValue {
        case "charge": return charge(value)
        case "payment_intent": return intent(value)
        case "event":
            if let key = value["request"]?["idempotency_key"]?.stringValue {
                idempotencyHash = Self.hash(key)
            }
            guard let inner = value["data"]?["object"] else { return nil }
            return inner["object"]?.stringValue == "event" ? nil : record(inner)
        case let name:
            objectName = name ?? "(none)"
            return nil
        }
    }

    /// The hash under which calls remember their idempotency key.
    static func hash(_ key: String) -> UInt64 {
        var key = key
        return key.withUTF8 { TextTable.hash(UnsafeRawBufferPointer($0)) }
    }

    private mutating func charge(_ value: JSONValue) -> ChargeRecord {
        var record = empty()
        record.id = books.objects.intern(value["id"]?.stringValue ?? "")
        record.intent = books.objects.intern(Self.identifier(value["payment_intent"]))
        if record.id == 0 { problem("id is missing", &record) }
        figures(value, &record)
        record.captured = value["amount_captured"]?.integerValue ?? -1
        record.refunded = value["amount_refunded"]?.integerValue ?? 0
        if record.status == .succeeded, value["captured"]?.boolValue == false { record.status = .uncaptured }
        if value["refunded"]?.boolValue == true { record.status = .refunded }
        return record
    }

    private mutating func intent(_ value: JSONValue) -> ChargeRecord {
        if let latest = value["latest_charge"], latest["object"]?.stringValue == "charge" {
            var record = charge(latest)
            if record.intent == 0 { record.intent = books.objects.intern(value["id"]?.stringValue ?? "") }
            return record
        }
        var record = empty()
        record.id = books.objects.intern(Self.identifier(value["latest_charge"]))
        record.intent = books.objects.intern(value["id"]?.stringValue ?? "")
        figures(value, &record)
        guard record.id != 0 else { return record }
        switch value["status"]?.stringValue {
        case "requires_capture": record.status = .uncaptured
        case "requires_payment_method", "canceled": record.status = .failed
        case "processing": record.status = .pending
        default: break
        }
        return record
    }

    private func empty() -> ChargeRecord {
        ChargeRecord(
            place: place, amount: 0, refunded: 0, created: 0, line: item, id: 0, intent: 0, customer: 0,
            taggedConversation: 0, metadataConversation: 0, currency: .unknown, status: .unknown,
            flags: [.minorUnitsFromJSON])
    }

    private mutating func figures(_ value: JSONValue, _ record: inout ChargeRecord) {
        if let amount = value["amount"]?.integerValue, amount >= 0 {
            record.amount = amount
        } else {
            problem("amount is no whole number", &record)
        }
        let currency = value["currency"]?.stringValue ?? ""
        record.currency = Array(currency.utf8).withUnsafeBytes { CurrencyCode($0) }
        if record.currency == .unknown { problem("currency is none that Stripe knows: \(currency)", &record) }
        let status = value["status"]?.stringValue ?? ""
        record.status = Array(status.utf8).withUnsafeBytes { StatusWord($0) }
        if record.status == .unknown { problem("status is none that Stripe is known to have: \(status)", &record) }
        if let created = value["created"]?.integerValue, let seconds = UInt32(exactly: created) {
            record.created = seconds
        } else {
            record.flags.insert(.createdUnknown)
            problem("created is no time", &record)
        }
        record.customer = books.customers.intern(Self.identifier(value["customer"]))
        if let isLive = value["livemode"]?.boolValue { record.flags.insert(isLive ? .isLive : .isTest) }
        conversation(value, &record)
    }

    private func conversation(_ value: JSONValue, _ record: inout ChargeRecord) {
        if let description = value["description"]?.stringValue {
            Array(description.utf8).withUnsafeBytes { books.tag(&record, description: $0) }
        }
        for member in value["metadata"]?.objectValue?.members ?? []
        where PaymentsColumns.conversationKeys.contains(member.name.lowercased()) {
            guard let id = member.value.stringValue else { continue }
            Array(id.utf8).withUnsafeBytes { books.metadata(&record, conversation: $0) }
        }
    }

    private mutating func problem(_ text: String, _ record: inout ChargeRecord) {
        problems.append(text)
        record.flags.insert(.unreadable)
    }

    /// The id of a member that may be expanded.
    private static func identifier(_ value: JSONValue?) -> String {
        value?.stringValue ?? value?["id"]?.stringValue ?? ""
    }
}
