import Testing

@testable import KeybrakeLedgerPostgres

@Suite struct PostgresAddressTests {
    @Test(
        arguments: [
            ("postgres://me:TOPSECRET@db.example:5433/books", "PostgreSQL database books at db.example:5433"),
            ("postgresql://me@db/books?password=TOPSECRET", "PostgreSQL database books at db"),
            ("host=/run/pg dbname=books password=TOPSECRET", "PostgreSQL database books at /run/pg"),
            ("postgres://", "PostgreSQL database (default) at the local server"),
        ])
    func itDescribesItselfWithoutThePassword(text: String, description: String) throws {
        let address = try #require(PostgresAddress(text))
        #expect(address.description == description)
        var dumped = ""
        dump(address, to: &dumped)
        for shown in ["\(address)", String(reflecting: address), dumped] { #expect(!shown.contains("TOPSECRET")) }
    }

    @Test(arguments: ["", "keybrake.db", "/var/lib/keybrake.db", "postgres://[", "host=a nonsense", "a=\0"])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(PostgresAddress(text) == nil)
    }
}
