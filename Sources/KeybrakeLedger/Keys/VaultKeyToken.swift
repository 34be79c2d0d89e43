package import KeybrakeCrypto

/// The text that a client holds: `vk_<environment>_<id>_<secret>_<checksum>`.
///
/// The id finds the key's row, the secret proves possession, the checksum tells a typing error from an unknown key.
/// A client may append suffixes (`~turn=7~agent=billing`) that pass through every SDK as part of the key.
package struct VaultKeyToken: Sendable, Equatable {
    /// `test` or `live`.
    package let environment: String
    /// 12 base-62 characters, no secret.
    package let id: String
    /// 32 base-62 characters, about 190 bits. Stored nowhere in clear.
    package let secret: String

    package static let environments = ["test", "live"]
    package static let idCharacters = 12
    package static let secretCharacters = 32
    /// How many suffixes are read, and how long a name or a value may be.
    package static let suffixesMax = 8
    package static let suffixNameBytesMax = 32
    package static let suffixValueBytesMax = 255

    private init(environment: String, id: String, secret: String) {
        self.environment = environment
        self.id = id
        self.secret = secret
    }

    /// A token of these parts, drawn by the caller (`SecureRandom.base62`). `nil` when a part has not its form.
    package static func mint(environment: String, id: String, secret: String) -> VaultKeyToken? {
        guard environments.contains(environment), id.utf8.count == idCharacters,
            secret.utf8.count == secretCharacters, (id + secret).utf8.allSatisfy(isBase62)
        else { return nil }
        return VaultKeyToken(environment: environment, id: id, secret: secret)
    }

    /// The whole key, as it is shown once to whoever asked for it.
    package var text: String {
        let head = "vk_\(environment)_\(id)_\(secret)_"
        return head + String(decoding: TokenChecksum.digits(of: head.utf8), as: UTF8.self)
    }

    /// What is stored in place of the secret: HMAC-SHA-256 of environment, id and secret under the instance's own key.
    package func code(pepper: [UInt8]) -> [UInt8] {
        code(pepper: HMACSHA256.Key(pepper))
    }

    /// The same, under a prepared key: for the request path.
    package func code(pepper: HMACSHA256.Key) -> [UInt8] {
        pepper.code("\(environment)_\(id)_\(secret)")
    }

    /// Reads a key and the suffixes behind it.
    ///
    /// - Returns: the token, and names with values in the order in which they were written.
    package static func parse(
        _ text: some StringProtocol
    ) throws(TokenFailure) -> (token: VaultKeyToken, suffixes: [(String, String)]) {
        var copy = String(text)
        let outcome: Result<(token: VaultKeyToken, suffixes: [(String, String)]), TokenFailure>
        outcome = copy.withUTF8 { bytes in
            do throws(TokenFailure) {
                return .success(try parse(bytes: bytes))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private static func parse(
        bytes: UnsafeBufferPointer<UInt8>
    ) throws(TokenFailure) -> (token: VaultKeyToken, suffixes: [(String, String)]) {
        guard !bytes.isEmpty else { throw .missing }
        guard bytes.starts(with: "vk_".utf8) else { throw foreign(bytes) }
        let end = bytes.firstIndex(of: UInt8(ascii: "~")) ?? bytes.endIndex
        let body = UnsafeBufferPointer(rebasing: bytes[..<end])
        let parts = body.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 5, parts[2].count == idCharacters, parts[3].count == secretCharacters,
            parts[4].count == TokenChecksum.digitCount, parts[2...4].allSatisfy({ $0.allSatisfy(isBase62) }),
            let environment = environments.first(where: { parts[1].elementsEqual($0.utf8) }),
            body[parts[4].startIndex...].elementsEqual(TokenChecksum.digits(of: body[..<parts[4].startIndex]))
        else { throw .mistyped }
        let token = VaultKeyToken(
            environment: environment,
            id: String(decoding: parts[2], as: UTF8.self),
            secret: String(decoding: parts[3], as: UTF8.self)
        )
        return (token, try suffixes(UnsafeBufferPointer(rebasing: bytes[end...])))
    }

    private static func foreign(_ bytes: UnsafeBufferPointer<UInt8>) -> TokenFailure {
        for kind in TokenFailure.StripeKeyKind.allCases where bytes.starts(with: "\(kind.rawValue)_".utf8) {
            return .rawStripeKey(kind: kind, isLive: bytes.starts(with: "\(kind.rawValue)_live_".utf8))
        }
        return .notAVaultKey
    }

    private static func suffixes(_ bytes: UnsafeBufferPointer<UInt8>) throws(TokenFailure) -> [(String, String)] {
        guard !bytes.isEmpty else { return [] }
        var suffixes: [(String, String)] = []
        for part in bytes.dropFirst().split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false) {
            guard let sign = part.firstIndex(of: UInt8(ascii: "=")) else { throw .malformedSuffix }
            let (name, value) = (part[..<sign], part[part.index(after: sign)...])
            guard (1...suffixNameBytesMax).contains(name.count), (1...suffixValueBytesMax).contains(value.count),
                name.allSatisfy(isNameByte), value.allSatisfy({ (0x21...0x7E).contains($0) }),
                suffixes.count < suffixesMax
            else { throw .malformedSuffix }
            let nameText = String(decoding: name, as: UTF8.self)
            guard !suffixes.contains(where: { $0.0 == nameText }) else { throw .malformedSuffix }
            suffixes.append((nameText, String(decoding: value, as: UTF8.self)))
        }
        return suffixes
    }

    private static func isBase62(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
    }
}
