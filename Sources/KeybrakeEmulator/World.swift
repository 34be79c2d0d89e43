internal import KeybrakeStripe

/// One isolated emulated Stripe account.
struct World: Sendable {
    struct Clock: Sendable { func now(atUnixSeconds: Int64) -> Int64 { atUnixSeconds } }
    enum Refusal { case tooManyWorlds(Int) }
    struct SeedFailure: Error { let description: String }
    let name: String
    let configuration: EmulatorConfiguration
    var clock = Clock()

    init(name: String, configuration: EmulatorConfiguration) {
        self.name = name
        self.configuration = configuration
    }

    mutating func handle(_ call: EmulatorCall, atUnixSeconds: Int64) -> EmulatorAnswer {
        EmulatorAnswer(status: 501, headers: [], body: [], layer: .schema)
    }
    static func refusal(of call: EmulatorCall, _ refusal: Refusal) -> EmulatorAnswer {
        EmulatorAnswer(status: 503, headers: [], body: [], layer: .schema)
    }
    mutating func advance(to: Int64, atUnixSeconds: Int64) -> Int64? { to }
    mutating func seed(lines: [UInt8], atUnixSeconds: Int64) -> Result<Int, SeedFailure> { .success(0) }
    func exportLines() -> [UInt8] { [] }
    func paymentsCSV() -> [UInt8] { [] }
}
