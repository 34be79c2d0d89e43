import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// A bench with prices and subscribers at hand.
struct SubscriptionShop {
    var bench: Bench
    /// 15 January 2027, 10:00: a day that every month has.
    static let start = CivilTime.unixSeconds(year: 2027, month: 1, day: 15, hour: 10)
    static let day = CivilTime.secondsPerDay

    init(_ change: (inout EmulatorConfiguration) -> Void = { _ in }) {
        bench = Bench(change)
        bench.now = Self.start
    }

    static func time(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 10) -> Int64 {
        CivilTime.unixSeconds(year: year, month: month, day: day, hour: hour)
    }

    func price(_ amount: Int, _ interval: String = "month", _ rest: String = "", name: String = "Gold") -> String {
        let form = "currency=usd&unit_amount=\(amount)&recurring[interval]=\(interval)&product_data[name]=\(name)"
        return bench.post("/v1/prices", form + rest).id
    }

    func subscribe(_ price: String, _ rest: String = "", customer: String = "cus_test_fixture") -> Bench.Answer {
        bench.post("/v1/subscriptions", "customer=\(customer)&items[0][price]=\(price)&\(rest)")
    }

    /// Attaches a card to the customer that declines whenever it is charged.
    func badCard(_ customer: String = "cus_test_fixture") -> String {
        bench.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", "customer=\(customer)").id
    }

    func item(_ subscription: Bench.Answer, _ index: Int = 0) -> JSONValue {
        let items = subscription["items"]?["data"]?.arrayValue ?? []
        return items.indices.contains(index) ? items[index] : .null
    }

    func itemID(_ subscription: Bench.Answer, _ index: Int = 0) -> String {
        item(subscription, index)["id"]?.stringValue ?? ""
    }

    func get(_ id: String, _ query: String = "") -> Bench.Answer { bench.get("/v1/subscriptions/\(id)", query) }

    func status(_ id: String) -> String { get(id)["status"]?.stringValue ?? "" }

    func update(_ id: String, _ form: String) -> Bench.Answer { bench.post("/v1/subscriptions/\(id)", form) }

    /// The invoices of a subscription, newest first.
    func invoices(_ id: String) -> [JSONValue] {
        bench.get("/v1/invoices", "subscription=\(id)&limit=100")["data"]?.arrayValue ?? []
    }

    func lines(_ invoice: JSONValue?) -> [Int64] {
        (invoice?["lines"]?["data"]?.arrayValue ?? []).compactMap { $0["amount"]?.integerValue }
    }

    func pending(_ customer: String = "cus_test_fixture") -> [JSONValue] {
        bench.get("/v1/invoiceitems", "customer=\(customer)&pending=true")["data"]?.arrayValue ?? []
    }

    func events(_ type: String) -> [JSONValue] {
        bench.get("/v1/events", "type=\(type)&limit=100")["data"]?.arrayValue?.compactMap { $0["data"]?["object"] }
            ?? []
    }
}
