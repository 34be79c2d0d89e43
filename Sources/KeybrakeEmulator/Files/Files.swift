internal import KeybrakeStripe

/// Files: what was uploaded, and the links by which others can see it.
///
///     create ─→ remembered, to be downloaded ─ (links of its own)
enum Files {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/files", create)
    ]

    static let kind = ObjectKind("file")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let purpose = try call.form.required("purpose")
        guard let upload = call.file else { throw .parameterMissing("file") }
        let linkData = call.form.map("file_link_data")
        if let linkData { try FileLinks.check(linkData, param: "file_link_data[expires_at]", now: call.now) }
        var file = template
        let id = account.ids.next("file")
        file.set("id", id)
        file.set("created", call.now)
        file.set("filename", upload.name)
        file.set("purpose", purpose)
        file.set("size", Int64(upload.bytes.count))
        file.set("type", type(of: upload.name))
        file.set("url", account.pages.file(id))
        file["links"] = ["object": "list", "data": [], "has_more": false, "url": .string("/v1/file_links?file=\(id)")]
        account.fileContents.keep(Array(upload.bytes), id: id)
        account.create(kind, file, event: "file.created", call.cause)
        if let linkData, linkData.flag("create") == true { try FileLinks.make(linkData, of: id, &account, call.cause) }
        return .stored(kind, id: id)
    }

    /// What a type of file is called on the wire.
    static func mediaType(_ type: String?) -> String {
        switch type ?? "" {
        case "csv": "text/csv"
        case "gif", "png", "webp": "image/\(type ?? "")"
        case "jpg": "image/jpeg"
        case "pdf", "zip": "application/\(type ?? "")"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
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
        {"id":"","object":"file","created":0,"expires_at":null,"filename":null,"links":null,"purpose":"","size":0,
        "title":null,"type":null,"url":null}
        """#)
}
