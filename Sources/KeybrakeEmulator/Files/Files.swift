internal import KeybrakeStripe

/// Files: what was uploaded, by name, size and purpose. Its bytes are on the account's ``FileShelf``.
///
///     create ─→ remembered ─ (links of its own show it to others)
enum Files {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/files", create)
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let purpose = try call.form.required("purpose")
        guard let upload = call.file else { throw .parameterMissing("file") }
        let link = call.form.map("file_link_data").flatMap { $0.flag("create") == true ? $0 : nil }
        if let link { try FileLinks.check(purpose, link, now: call.now) }
        let id = make(upload.name, purpose: purpose, bytes: Array(upload.bytes), &account, call.cause)
        if let link { _ = try FileLinks.make(id, link, &account, call.cause) }
        return .stored(.file, id: id)
    }

    /// Makes a file.
    ///
    /// - Returns: its id.
    static func make(
        _ name: String, purpose: String, bytes: [UInt8], title: String? = nil, _ account: inout Account,
        _ cause: Cause
    ) -> String {
        var file = template
        let id = account.ids.next("file")
        file.set("id", id)
        file.set("created", cause.now)
        file.set("filename", name)
        file.set("purpose", purpose)
        file.set("size", Int64(bytes.count))
        file.set("title", title)
        file.set("type", type(of: name))
        file.set("url", account.pages.file(id))
        account.files.keep(bytes, of: id)
        return account.create(.file, file, event: "file.created", cause).id
    }

    /// A file shows its latest links as they are now, the newest first.
    static func show(_ link: JSONObject, _ account: inout Account, _ cause: Cause) {
        guard var file = account.store.object(.file, id: link.text("file") ?? "")?.tree,
            var links = file.object("links")
        else { return }
        let shown = links["data"]?.arrayValue ?? []
        let isNew = !shown.contains { $0["id"] == link["id"] }
        let all = isNew ? [.object(link)] + shown : shown.map { $0["id"] == link["id"] ? .object(link) : $0 }
        links["data"] = .array(Array(all.prefix(Int(PageRequest.limitDefault))))
        if all.count > Int(PageRequest.limitDefault) { links.set("has_more", true) }
        file.set("links", links)
        account.update(.file, file, cause)
    }

    /// By the ending of the name, as far as Stripe names the type.
    private static func type(of name: String) -> String? {
        let ending = name.split(separator: ".").last?.lowercased() ?? ""
        let known = ["csv", "docx", "gif", "jpg", "pdf", "png", "svg", "txt", "webp", "xls", "xlsx", "xml", "zip"]
        if ending == "jpeg" { return "jpg" }
        return known.contains(ending) ? ending : nil
    }

    private static let template = JSONObject.template(
        #"""
        {"id":"","object":"file","created":0,"expires_at":null,"filename":null,
        "links":{"object":"list","data":[],"has_more":false,"url":"/v1/file_links"},"purpose":"","size":0,
        "title":null,"type":null,"url":null}
        """#)
}
