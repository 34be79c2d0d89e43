internal import KeybrakeStripe

/// Links by which a file can be downloaded without a key.
///
///     create ─→ open ─ expires_at ─→ expired
enum FileLinks {
    static let routes: [(String, Behaviour)] =
        [
            ("POST /v1/file_links", create),
            ("POST /v1/file_links/{link}", update),
        ] + Shaped.plain("GET /v1/file_links", "GET /v1/file_links/{link}")

    /// What others may be shown.
    private static let linkable: Set<String> = [
        "business_icon", "business_logo", "customer_signature", "dispute_evidence", "finance_report_run",
        "financial_account_statement", "identity_document_downloadable", "issuing_regulatory_reporting", "pci_document",
        "selfie", "sigma_scheduled_query", "tax_document_user_upload", "terminal_android_apk",
        "terminal_reader_splashscreen",
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let file = try account.find(.file, try call.form.required("file"), param: "file")
        let link = try make(file.id, call.form, &account, call.cause)
        return .stored(.fileLink, id: link)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let old = try account.named(.fileLink, call)
        var link = try account.shaped(call, into: old, skipping: ["expires_at"])
        if let text = call.form.text("expires_at") {
            guard !old.flag("expired") else { throw .invalid("This link has expired.", param: "expires_at") }
            let time = text == "now" ? call.now : text.isEmpty ? nil : try time(call.form, now: call.now)
            link["expires_at"] = JSONValue(time)
            schedule(&link, &account, call.cause)
        }
        account.update(.fileLink, link, call.cause)
        Files.show(link, &account, call.cause)
        return .stored(.fileLink, id: call.pathValue())
    }

    /// Makes a link.
    ///
    /// - Returns: its id.
    static func make(_ file: String, _ form: FormMap, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> String
    {
        try check(account.store.object(.file, id: file)?.text("purpose") ?? "", form, now: cause.now)
        var link = account.blank(.fileLink, now: cause.now)
        link["expires_at"] = JSONValue(try time(form, now: cause.now))
        link.set("file", file)
        link.set("metadata", try Metadata.merge(form["metadata"]))
        link.set("url", account.pages.file(link.text("id") ?? ""))
        schedule(&link, &account, cause)
        account.create(.fileLink, link, cause)
        Files.show(link, &account, cause)
        return link.text("id") ?? ""
    }

    /// Refuses a link that cannot be made.
    static func check(_ purpose: String, _ form: FormMap, now: Int64) throws(StripeError) {
        guard linkable.contains(purpose) else {
            throw .invalid("Files with the purpose `\(purpose)` cannot be shared by a link.", param: "file")
        }
        _ = try time(form, now: now)
        _ = try Metadata.merge(form["metadata"])
    }

    /// The time of a link is over, unless it was given another since.
    static func expire(_ id: String, _ account: inout Account, _ cause: Cause) {
        guard var link = account.store.object(.fileLink, id: id)?.tree, !link.flag("expired"),
            let time = link["expires_at"]?.integerValue, time <= cause.now
        else { return }
        link.set("expired", true)
        link.set("url", nil as String?)
        account.update(.fileLink, link, cause)
        Files.show(link, &account, cause)
    }

    private static func time(_ form: FormMap, now: Int64) throws(StripeError) -> Int64? {
        guard let time = form.integer("expires_at") else { return nil }
        guard time > now else {
            throw .invalid("The expiry time must be in the future.", param: "expires_at")
        }
        return time
    }

    private static func schedule(_ link: inout JSONObject, _ account: inout Account, _ cause: Cause) {
        guard let time = link["expires_at"]?.integerValue else { return }
        guard time > cause.now else {
            link.set("expired", true)
            link.set("url", nil as String?)
            return
        }
        account.agenda.add(.fileLinkExpires(id: link.text("id") ?? ""), at: time)
    }
}
