internal import KeybrakeStripe

/// Files: what was uploaded, by name, size and purpose. Its bytes are not kept.
///
///     create ─→ remembered ─ (links of its own show it to others)
enum Files {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/files", create)
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let purpose = try call.form.required("purpose")
        guard let upload = call.file else { throw .parameterMissing("file") }
        var file = template
        let id = account.ids.next("file")
        file.set("id", id)
        file.set("created", call.now)
        file.set("filename", upload.name)
        file.set("purpose", purpose)
        file.set("size", Int64(upload.bytes.count))
        file.set("type", type(of: upload))
        file.set("url", "https://files.stripe.com/v1/files/\(id)/contents")
        account.create("file", file, event: "file.created", call.cause)
        return .stored("file", id: id)
    }

    /// By the ending of the name, as far as Stripe names the type.
    private static func type(of upload: MultipartForm.File) -> String? {
        let ending = upload.name.split(separator: ".").last?.lowercased() ?? ""
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
