import Testing

@testable import KeybrakeLedgerPostgres

@Suite struct PostgresConnectionTests {
    private static let one = PostgresRequest(.init("one", "SELECT 1::BIGINT"))
    private static let broken = PostgresRequest(.init("broken", "SELECT 1 / 0"))
    private static let nonsense = PostgresRequest(.init("nonsense", "SELEKT"))

    @Test(arguments: [broken, nonsense])
    func afterAFailureNothingOfTheRestIsRunAndTheConnectionGoesOn(failing: PostgresRequest) throws {
        let database = try PostgresDatabase()
        let connection = try PostgresConnection(database.settings(), purpose: "test")
        try connection.execute("CREATE TABLE t(n BIGINT)")
        let insert = PostgresRequest(.init("insert", "INSERT INTO t VALUES(1)"))
        for _ in 0..<2 {
            #expect(throws: PostgresError.self) { try connection.run([Self.one, failing, insert]) }
            connection.rollBack()
            #expect(try connection.run([Self.one, Self.one]).map { $0.first?.integer(0) } == [1, 1])
        }
        #expect(try database.number("SELECT count(*) FROM t") == 0)
        _ = try connection.run([insert])
        #expect(try database.number("SELECT count(*) FROM t") == 1)
    }

    @Test func theServersDetailsAreNotRepeated() throws {
        let connection = try PostgresConnection(PostgresDatabase().settings(), purpose: "test")
        try connection.execute("CREATE TABLE t(n TEXT CHECK(n <> 'cus_secret'))")
        do {
            _ = try connection.run([PostgresRequest(.init("put", "INSERT INTO t VALUES($1)"), [.text("cus_secret")])])
            Issue.record("taken")
        } catch {
            #expect(error.kind == .badData)
            #expect(!error.message.contains("cus_secret"))
        }
    }

    @Test func commitsAreWaitedForEvenWhereTheDatabaseWouldNot() throws {
        let database = try PostgresDatabase()
        let connection = try PostgresConnection(
            database.settings { settings in
                let name = "&application_name"
                let lazy = settings.address.connectionString.split(separator: name).joined(
                    separator: "%20-csynchronous_commit%3Doff" + name)
                settings.address = PostgresAddress(lazy) ?? settings.address
            }, purpose: "test")
        let asked = PostgresRequest(.init("asked", "SELECT current_setting('synchronous_commit')"))
        #expect(try connection.run([asked])[0].first?.text(0) == "on")
    }
}
