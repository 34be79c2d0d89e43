/// Replaces secrets within a text by stand-ins.
enum TextRedactor {
    /// The text without secrets; `nil` when there is none in it.
    static func redact(_ text: String) -> String? {
        // The shortest secret that is recognised by its form has eleven characters.
        guard text.utf8.count > 10 else { return nil }
        var text = text
        return text.withUTF8 { utf8 in
            let scanner = SecretScanner(utf8)
            guard var finding = scanner.first(from: 0) else { return nil }
            var clean: [UInt8] = []
            var copied = 0
            while true {
                clean.append(contentsOf: utf8[copied..<finding.range.lowerBound])
                clean.append(contentsOf: standIn(finding, in: utf8).utf8)
                copied = finding.range.upperBound
                guard let next = scanner.first(from: copied) else { break }
                finding = next
            }
            clean.append(contentsOf: utf8[copied...])
            return String(decoding: clean, as: UTF8.self)
        }
    }

    /// What a secret begins with when its form is known, such as `pi_1_secret_`; else nothing.
    static func secretPrefix(of secret: String) -> Substring {
        var text = secret
        let count = text.withUTF8 { utf8 -> Int in
            guard let finding = SecretScanner(utf8).first(from: 0), finding.range.lowerBound == 0 else { return 0 }
            return finding.prefixCount
        }
        return Substring(secret.utf8.prefix(count))
    }

    private static func standIn(_ finding: SecretScanner.Finding, in utf8: UnsafeBufferPointer<UInt8>) -> String {
        let secret = String(decoding: utf8[finding.range], as: UTF8.self)
        switch finding.kind {
        case .cardNumber: return CardNumber.mask(secret)
        case .privateKey: return Pseudonym.constant
        default:
            let prefix = String(decoding: utf8[finding.range].prefix(finding.prefixCount), as: UTF8.self)
            return Pseudonym.token(secret, keeping: prefix[...])
        }
    }
}
