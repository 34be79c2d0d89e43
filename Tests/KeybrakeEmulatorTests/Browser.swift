import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// A browser without script in front of a bench: it visits pages, submits forms and follows redirects to other pages.
struct Browser {
    /// What it shows.
    struct Page {
        let status: Int
        let headers: [String: String]
        let text: String
        /// Where it is; an address outside of the pages is where it left them.
        let url: String

        func header(_ name: String) -> String { headers[name] ?? "" }
    }

    let bench: Bench

    func get(_ url: String) -> Page { visit(.get, url, "") }
    func post(_ url: String, _ form: String) -> Page { visit(.post, url, form) }

    /// A test card's fields as they are typed.
    static func card(_ number: String) -> String {
        "cardNumber=\(number)&cardExpiry=12 / 40&cardCvc=123&billingName=Ada&billingPostalCode=10115"
            + "&email=ada@example.com"
    }

    private func visit(_ verb: Verb, _ url: String, _ form: String) -> Page {
        guard url.hasPrefix(EmulatorConfiguration.standardPagesBaseURL) else {
            return Page(status: 0, headers: [:], text: "", url: url)
        }
        let target = String(url.dropFirst(EmulatorConfiguration.standardPagesBaseURL.count))
        let answer = bench.host.page(verb, target: target, body: Array(form.utf8), atUnixSeconds: bench.now)
        let headers = Dictionary(answer.headers.map { ($0.name, $0.value) }) { $1 }
        guard answer.status == 303, let location = headers["Location"] else {
            return Page(
                status: answer.status, headers: headers, text: String(decoding: answer.body, as: UTF8.self), url: url)
        }
        return get(resolve(location, from: url))
    }

    /// Relative references as far as the pages use them.
    private func resolve(_ location: String, from url: String) -> String {
        guard location.hasPrefix("../") || location.hasPrefix("./") else { return location }
        var directory = url.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        var rest = location.hasPrefix("./") ? location.dropFirst(2) : location[...]
        while rest.hasPrefix("../") {
            directory = directory.dropLast()
            rest = rest.dropFirst(3)
        }
        return (directory.map(String.init) + [String(rest)]).joined(separator: "/")
    }
}
