/// Where the pages of one account are: the beginning of every `url` that its objects show.
struct PageAddress: Sendable, Equatable {
    /// Such as `http://127.0.0.1:8787/pages/default`, or with `/acct_…` behind it for a connected account.
    let base: String

    /// - Parameters:
    ///   - pagesBaseURL: without the world, such as `http://127.0.0.1:8787/pages`.
    ///   - account: the connected account; `nil` for the world's own.
    init(pagesBaseURL: String, world: String, account: String?) {
        let start = pagesBaseURL.hasSuffix("/") ? String(pagesBaseURL.dropLast()) : pagesBaseURL
        base = start + "/" + URLText.escaped(world) + (account.map { "/" + URLText.escaped($0) } ?? "")
    }

    /// The Checkout page of a session.
    func checkout(_ session: String) -> String { "\(base)/c/\(session)" }

    /// Where the browser comes back to from a challenge during Checkout.
    func checkoutReturn(_ session: String) -> String { "\(base)/c/\(session)/return" }

    /// Where a cardholder proves who they are, or a payer agrees at their bank.
    func challenge(_ intent: String) -> String { "\(base)/3ds/\(intent)" }

    func paymentLink(_ link: String) -> String { "\(base)/l/\(link)" }

    /// The page on which a customer pays an invoice; `invoice_pdf` is below it.
    func invoice(_ invoice: String) -> String { "\(base)/i/\(invoice)" }

    func invoicePDF(_ invoice: String) -> String { "\(base)/i/\(invoice)/pdf" }

    func receipt(_ charge: String) -> String { "\(base)/r/\(charge)" }

    /// Where a file, or what a link of it leads to, can be downloaded.
    func file(_ id: String) -> String { "\(base)/f/\(id)" }

    func portal(_ session: String) -> String { "\(base)/p/\(session)" }
}

/// Pieces of URLs.
enum URLText {
    /// The text as one segment of a path or one value of a query: only letters, digits and `-._~` stay.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Scheme and host of an http or https URL, as a content security policy names it; `nil` for anything else.
    static func origin(_ url: String) -> String? {
        for scheme in ["http://", "https://"] where url.lowercased().hasPrefix(scheme) {
            let host = url.dropFirst(scheme.utf8.count).prefix { !"/?#\\".contains($0) }
            let isPlain = host.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x5B, 0x5D: true
                default: false
                }
            }
            return host.isEmpty || !isPlain ? nil : scheme + host
        }
        return nil
    }

    /// The URL with further values in its query, before a fragment.
    static func adding(_ values: [(name: String, value: String)], to url: String) -> String {
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let query = values.map { "\($0.name)=\(escaped($0.value))" }.joined(separator: "&")
        let start = String(parts.first ?? "")
        let joint = !start.contains("?") ? "?" : start.hasSuffix("?") || start.hasSuffix("&") ? "" : "&"
        return start + joint + query + (parts.count > 1 ? "#" + parts[1] : "")
    }
}
