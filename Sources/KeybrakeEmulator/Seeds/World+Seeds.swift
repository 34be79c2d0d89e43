internal import KeybrakeStripe

/// Objects in and out of all accounts of a world.
extension World {
    /// Takes objects, one a line.
    mutating func seed(lines: [UInt8], atUnixSeconds shellTime: Int64) -> Result<Int, SeedFailure> {
        let now = clock.read(atUnixSeconds: shellTime)
        begin(now)
        var imports: [String: Import] = [:]
        defer { finish(imports) }
        var count = 0
        for (index, line) in lines.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            do throws(Import.Refusal) {
                guard let value = try Seeds.value(of: line) else { continue }
                try take(value, &imports, now: now)
            } catch {
                return .failure(SeedFailure(line: index + 1, reason: error.reason))
            }
            count += 1
        }
        return .success(count)
    }

    /// Takes the objects in the bodies of answers; of an object that is there several times, the last counts.
    ///
    /// - Returns: how many objects there were; or the number of the body at fault, from 1.
    mutating func seed(responses: [JSONValue], atUnixSeconds shellTime: Int64) -> Result<Int, SeedFailure> {
        let now = clock.read(atUnixSeconds: shellTime)
        begin(now)
        var imports: [String: Import] = [:]
        defer { finish(imports) }
        var count = 0
        for (index, body) in responses.enumerated() {
            for object in Responses.objects(in: body) {
                do throws(Import.Refusal) {
                    try take(.object(object), &imports, now: now)
                } catch {
                    return .failure(SeedFailure(line: index + 1, reason: error.reason))
                }
                count += 1
            }
        }
        return .success(count)
    }

    /// Everything that the world's accounts remember, as seed lines.
    func exportLines() -> [UInt8] {
        var text: [UInt8] = []
        for account in accounts { Seeds.write(account, isPlatform: account.id == platform.id, to: &text) }
        return text
    }

    private mutating func take(_ value: JSONValue, _ imports: inout [String: Import], now: Int64)
        throws(Import.Refusal)
    {
        var value = value
        var id = platform.id
        if var tree = value.objectValue, let named = tree.text(Import.accountMember) {
            guard named.hasPrefix("acct_"), named.utf8.count <= 64 else {
                throw Import.Refusal(reason: "`\(Import.accountMember)` is no account's id")
            }
            id = named
            tree[Import.accountMember] = nil
            value = .object(tree)
        }
        if id != platform.id, !connected.contains(id) { connected.add(platform.connected(id, now: now)) }
        let refusal = act(as: id) { account -> Import.Refusal? in
            do throws(Import.Refusal) {
                try imports[id, default: Import(into: account, now: now)].take(value, into: &account)
                return nil
            } catch {
                return error
            }
        }
        if let refusal = refusal ?? nil { throw refusal }
    }

    private mutating func finish(_ imports: [String: Import]) {
        for (id, finished) in imports.sorted(by: { $0.key < $1.key }) {
            _ = act(as: id) { account in
                finished.finish(&account)
                account.webhooks.refresh(account.store)
            }
        }
    }
}
