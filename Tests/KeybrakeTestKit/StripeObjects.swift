/// Bodies that Stripe answers with, as short as the gateway needs them.
package enum StripeObject {
    package static func charge(
        _ id: String = "ch_1", amount: Int, captured: Bool = true, refunded: Int = 0, customer: String? = nil,
        currency: String = "usd"
    ) -> String {
        """
        {"id":"\(id)","object":"charge","amount":\(amount),"amount_captured":\(captured ? amount : 0),\
        "amount_refunded":\(refunded),"captured":\(captured),"currency":"\(currency)",\
        "customer":\(text(customer)),"status":"succeeded"}
        """
    }

    package static func intent(
        _ id: String = "pi_1", amount: Int, status: String, received: Int = 0, customer: String? = nil
    ) -> String {
        """
        {"id":"\(id)","object":"payment_intent","amount":\(amount),"amount_received":\(received),"currency":"usd",\
        "customer":\(text(customer)),"latest_charge":null,"status":"\(status)"}
        """
    }

    package static func refund(_ id: String = "re_1", amount: Int, charge: String = "ch_1") -> String {
        """
        {"id":"\(id)","object":"refund","amount":\(amount),"charge":"\(charge)","currency":"usd","status":"succeeded"}
        """
    }

    package static func error(_ type: String, code: String = "code") -> String {
        #"{"error":{"type":"\#(type)","code":"\#(code)","message":"no"}}"#
    }

    private static func text(_ value: String?) -> String {
        value.map { "\"\($0)\"" } ?? "null"
    }
}
