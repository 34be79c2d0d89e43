/// Finds by their form what may not be in a cassette: credentials and card numbers, in any text.
///
/// Works on words (letters, digits, underscores), so that it costs one look at each byte. What redaction leaves in the
/// place of a secret is not found again.
struct SecretScanner {
    /// What was found. The raw value completes "what looks like …".
    enum Kind: String, Sendable {
        case stripeKey = "a Stripe API key"
        case webhookSecret = "a webhook signing secret"
        case vaultKey = "a vault key"
        case clientSecret = "a client secret"
        case cardNumber = "a card number"
        case bearerToken = "an authorization value"
        case webToken = "a signed web token"
        case otherServiceKey = "another service's key"
        case privateKey = "a private key"
    }

    /// A secret and where it lies. `prefixCount` bytes of it may be kept because they only say what it is.
    struct Finding {
        let kind: Kind
        let range: Range<Int>
        let prefixCount: Int
    }

    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The first secret at or after `start`.
    func first(from start: Int) -> Finding? {
        var at = start
        while at < bytes.count {
            guard WordByte.isWord(bytes[at]) else {
                if bytes[at] == UInt8(ascii: "-"), let found = privateKey(at: at) { return found }
                at += 1
                continue
            }
            var end = at + 1
            while end < bytes.count, WordByte.isWord(bytes[end]) { end += 1 }
            if let found = finding(inWord: at..<end) { return found }
            at = end
        }
        return nil
    }

    private func finding(inWord word: Range<Int>) -> Finding? {
        switch bytes[word.lowerBound] {
        case 0x30...0x39: if let card = cardNumber(word) { return card }
        case UInt8(ascii: "e"): if let token = webToken(word) { return token }
        case UInt8(ascii: "B"), UInt8(ascii: "b"): if let token = authorization(word) { return token }
        default: break
        }
        guard word.count >= 6 else { return hyphenatedKey(word) }
        return prefixedToken(word) ?? embeddedToken(word) ?? embeddedCardNumber(word)
    }

    private func cardNumber(_ word: Range<Int>) -> Finding? {
        CardNumberSearch(bytes).cardNumber(startingAt: word).map {
            Finding(kind: .cardNumber, range: $0, prefixCount: 0)
        }
    }

    private func embeddedCardNumber(_ word: Range<Int>) -> Finding? {
        guard word.count > CardNumber.digitsMin else { return nil }
        return CardNumberSearch(bytes).cardNumber(inside: word).map {
            Finding(kind: .cardNumber, range: $0, prefixCount: 0)
        }
    }

    /// A word that begins with a prefix that only secrets have.
    private func prefixedToken(_ word: Range<Int>) -> Finding? {
        for prefix in TokenPrefix.all where ByteSearch.has(prefix.text, at: word.lowerBound, in: bytes) {
            let length = prefix.text.utf8CodeUnitCount
            let rest = bytes[(word.lowerBound + length)..<word.upperBound]
            if Pseudonym.isPseudonym(rest) { return nil }
            guard rest.count >= prefix.restBytesMin else { continue }
            return Finding(kind: prefix.kind, range: word, prefixCount: length)
        }
        return nil
    }

    /// A secret inside a longer word: `pi_1_secret_…`, or a key with something glued to its front.
    private func embeddedToken(_ word: Range<Int>) -> Finding? {
        guard word.count >= 12 else { return nil }
        let text = UnsafeBufferPointer(rebasing: bytes[word])
        var at = 2
        while let underscore = ByteSearch.first(UInt8(ascii: "_"), in: text, from: at) {
            at = underscore + 1
            switch text[underscore - 1] {
            case UInt8(ascii: "k"), UInt8(ascii: "c"), UInt8(ascii: "t"): break
            default: continue
            }
            for mark in TokenPrefix.embedded where ByteSearch.has(mark.text, at: underscore - mark.anchor, in: text) {
                let prefixCount = underscore - mark.anchor + mark.text.utf8CodeUnitCount
                let rest = text[prefixCount...]
                guard rest.count >= mark.restBytesMin, !Pseudonym.isPseudonym(rest) else { continue }
                let end = mark.kind == .clientSecret ? endOfEscapedToken(from: word.upperBound) : word.upperBound
                return Finding(kind: mark.kind, range: word.lowerBound..<end, prefixCount: prefixCount)
            }
        }
        return nil
    }

    /// Client secrets of Checkout go on with percent escapes.
    private func endOfEscapedToken(from start: Int) -> Int {
        var end = start
        while end < bytes.count, WordByte.isWord(bytes[end]) || bytes[end] == UInt8(ascii: "%") { end += 1 }
        return end
    }

    /// Keys with hyphens: `sk-…`, as language model services issue them, and `xoxb-…`.
    private func hyphenatedKey(_ word: Range<Int>) -> Finding? {
        guard word.count <= 4, word.upperBound < bytes.count, bytes[word.upperBound] == UInt8(ascii: "-") else {
            return nil
        }
        let starts: [StaticString] = ["sk-", "xoxb-", "xoxp-", "xoxa-"]
        guard let start = starts.first(where: { ByteSearch.has($0, at: word.lowerBound, in: bytes) }) else {
            return nil
        }
        let length = start.utf8CodeUnitCount
        let end = endOfToken(from: word.lowerBound + length)
        let rest = bytes[(word.lowerBound + length)..<end]
        guard rest.count >= 20, !Pseudonym.isPseudonym(rest) else { return nil }
        return Finding(kind: .otherServiceKey, range: word.lowerBound..<end, prefixCount: length)
    }

    /// `eyJ….….…`, the form of a JSON web token.
    private func webToken(_ word: Range<Int>) -> Finding? {
        guard ByteSearch.has("eyJ", at: word.lowerBound, in: bytes) else { return nil }
        let end = endOfToken(from: word.lowerBound)
        let token = bytes[word.lowerBound..<end]
        guard token.count >= 24, token.contains(UInt8(ascii: ".")) else { return nil }
        return Finding(kind: .webToken, range: word.lowerBound..<end, prefixCount: 0)
    }

    /// `Bearer …` or `Basic …`.
    private func authorization(_ word: Range<Int>) -> Finding? {
        let schemes: [StaticString] = ["Bearer ", "Basic ", "bearer ", "basic "]
        guard let scheme = schemes.first(where: { ByteSearch.has($0, at: word.lowerBound, in: bytes) }) else {
            return nil
        }
        let start = word.lowerBound + scheme.utf8CodeUnitCount
        let end = endOfToken(from: start)
        let token = bytes[start..<end]
        guard token.count >= 16, token.contains(where: { (0x30...0x39).contains($0) }), !Pseudonym.isPseudonym(token)
        else { return nil }
        return Finding(kind: .bearerToken, range: start..<end, prefixCount: 0)
    }

    private func privateKey(at start: Int) -> Finding? {
        guard ByteSearch.has("-----BEGIN ", at: start, in: bytes) else { return nil }
        let line = UnsafeBufferPointer(rebasing: bytes[start...].prefix(64))
        guard ByteSearch.first("PRIVATE KEY", in: line, from: 0) != nil else { return nil }
        return Finding(kind: .privateKey, range: start..<bytes.count, prefixCount: 0)
    }

    private func endOfToken(from start: Int) -> Int {
        var end = start
        while end < bytes.count, WordByte.isToken(bytes[end]) { end += 1 }
        return end
    }
}

/// Which bytes make up words and tokens.
enum WordByte {
    /// Letters, digits and the underscore.
    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
    }

    /// What base64 and its relatives use.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="),
            UInt8(ascii: "~"):
            true
        default: isWord(byte)
        }
    }
}
