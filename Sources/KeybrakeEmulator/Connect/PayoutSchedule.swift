internal import KeybrakeStripe

enum PayoutSchedule {
    static func plan(_ tree: JSONObject, _ account: inout Account, _ cause: Cause) {}
    static func run(_ account: inout Account, _ cause: Cause) {}
}
