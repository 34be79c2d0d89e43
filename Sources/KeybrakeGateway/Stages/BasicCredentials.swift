internal import KeybrakeCrypto

/// Reads the user name out of HTTP Basic credentials, which is where `curl -u key:` puts the key.
enum BasicCredentials {
    /// The part before the first colon of base64 text; `nil` when it is no base64 of UTF-8.
    static func userName(_ base64: some StringProtocol) -> String? {
        guard let bytes = Base64.bytes(String(base64)) else { return nil }
        return String(validating: bytes.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
    }
}
