internal import KeybrakeStripe

/// What a hosted page answers.
enum PageAnswer {
    /// A page.
    ///
    /// - Parameters:
    ///   - formTargets: URLs that a form of the page may lead to after its own answer; browsers refuse others.
    static func page(title: String, status: Int = 200, formTargets: [String?] = [], _ content: HTML) -> EmulatorAnswer {
        let document: HTML = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">\
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">\
            <title>\(title)</title><style>\(style)</style></head>
            <body><p class="note">Emulated by Keybrake. Nothing here moves money: type test cards only.</p>
            <main>
            \(content)
            </main></body></html>

            """
        var headers = common
        headers.append(("Content-Type", "text/html; charset=utf-8"))
        headers.append(("Content-Security-Policy", policy(formTargets)))
        return EmulatorAnswer(status: status, headers: headers, body: Array(document.text.utf8), layer: .state)
    }

    /// Sends the browser on with a GET. A target that is no http or https URL, nor one of the pages, gets a 404.
    static func redirect(to target: String) -> EmulatorAnswer {
        let isLocal = target.hasPrefix("../") || target.hasPrefix("./")
        guard isLocal || URLText.origin(target) != nil, target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return problem(404, "There is nowhere to go", "The address to return to is no http or https URL.")
        }
        return EmulatorAnswer(status: 303, headers: common + [("Location", target)], body: [], layer: .state)
    }

    static func pdf(_ bytes: [UInt8]) -> EmulatorAnswer {
        EmulatorAnswer(
            status: 200, headers: common + [("Content-Type", "application/pdf")], body: bytes, layer: .state)
    }

    /// Bytes to be saved under a name; no browser is to take them for a page.
    static func file(_ bytes: [UInt8], mediaType: String, name: String) -> EmulatorAnswer {
        let disposition = "attachment; filename*=UTF-8''\(URLText.escaped(name))"
        let headers = common + [("Content-Type", mediaType), ("Content-Disposition", disposition)]
        return EmulatorAnswer(status: 200, headers: headers, body: bytes, layer: .state)
    }

    static let notFound = problem(
        404, "This page does not exist", "There is nothing at this address, or it belongs to another world.")

    /// A page that says why there is nothing to do.
    static func problem(_ status: Int, _ title: String, _ words: String, back: String? = nil) -> EmulatorAnswer {
        page(
            title: title, status: status,
            "<section><h1>\(title)</h1><p>\(words)</p>\(link("Return", to: back))</section>")
    }

    /// A link, when there is an http or https URL to link to.
    static func link(_ words: String, to url: String?) -> HTML {
        guard let url, URLText.origin(url) != nil else { return "" }
        return "<p><a href=\"\(url)\">\(words)</a></p>"
    }

    /// Why something did not work, above the form that asks again.
    static func alert(_ words: String) -> HTML {
        "<p class=\"bad\" role=\"alert\" id=\"error\">\(words)</p>"
    }

    private static let style = HTML(stringLiteral: PageStyle.text)

    private static let common: [(name: String, value: String)] = [
        ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"), ("X-Keybrake-Emulated", EmulatorAnswer.Layer.state.rawValue),
    ]

    private static func policy(_ formTargets: [String?]) -> String {
        let origins = formTargets.compactMap { $0.flatMap(URLText.origin) }.map { " " + $0 }.joined()
        return "default-src 'none'; style-src '\(PageStyle.hash)'; base-uri 'none'; frame-ancestors 'none'; "
            + "form-action 'self'\(origins)"
    }
}
