internal import KeybrakeStripe

/// Links that let others see a file, without a key.
///
///     create ─→ open ─ expires_at, or `now` ─→ expired
enum FileLinks {
    static let routes: [(String, Behaviour)] = [
        ("POST /v1/file_links", create),
        ("GET /v1/file_links", list),
        ("GET /v1/file_links/{link}", retrieve),
        ("POST /v1/file_links/{link}", update),
    ]

    static let kind = ObjectKind("file_link")

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let file = try call.form.required("file")
        _ = try account.find(Files.kind, file, param: "file")
        try check(call.form, param: "expires_at", now: call.now)
        return .object(try make(call.form, of: file, &account, call.cause))
    }

    static func retrieve(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        .object(current(try target(call, account).tree, now: call.now))
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let expired = call.form.flag("expired")
        let file = call.form.given("file")
        let reply = try account.page(kind, call, url: "/v1/file_links") { object in
            let tree = object.tree
            return (file == nil || tree.text("file") == file) && (expired == nil || isOver(tree, call.now) == expired)
        }
        guard case .page(var page) = reply else { return reply }
        page.elements = page.elements.map { bytes in
            (try? JSONParser.parse(bytes))?.objectValue.map { current($0, now: call.now).bytes } ?? bytes
        }
        return .page(page)
    }

    static func update(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        var link = try target(call, account).tree
        guard !isOver(link, call.now) else {
            throw .invalid("This file link has expired and cannot be updated.", code: "file_link_expired")
        }
        if let end = call.form.text("expires_at") {
            try check(call.form, param: "expires_at", now: call.now)
            link["expires_at"] = end == "now" ? .integer(call.now) : JSONValue(Int64(end))
        }
        link.set("metadata", try Metadata.merge(call.form["metadata"], into: link.object("metadata") ?? [:]))
        account.update(kind, link, call.cause)
        show(link, in: link.text("file") ?? "", &account, call.cause)
        return .object(current(link, now: call.now))
    }

    /// A new link of a file.
    @discardableResult
    static func make(_ form: FormMap, of file: String, _ account: inout Account, _ cause: Cause) throws(StripeError)
        -> JSONObject
    {
        let metadata = try Metadata.merge(form["metadata"], into: [:])
        let id = account.ids.next("link")
        let link: JSONObject = [
            "id": .string(id), "object": "file_link", "created": .integer(cause.now), "expired": false,
            "expires_at": JSONValue(form.integer("expires_at")), "file": .string(file), "livemode": false,
            "metadata": .object(metadata), "url": .string(account.pages.file(id)),
        ]
        account.create(kind, link, cause)
        show(link, in: file, &account, cause)
        return link
    }

    /// Refuses an end that lies in the past.
    static func check(_ form: FormMap, param: String, now: Int64) throws(StripeError) {
        guard let end = form.given("expires_at"), end != "now" else { return }
        guard let seconds = Int64(end), seconds > now else {
            throw .invalid("A file link can only expire in the future.", param: param)
        }
    }

    static func isOver(_ link: JSONObject, _ now: Int64) -> Bool {
        link["expires_at"]?.integerValue.map { $0 <= now } ?? false
    }

    private static func current(_ link: JSONObject, now: Int64) -> JSONObject {
        var link = link
        link.set("expired", isOver(link, now))
        return link
    }

    /// The file shows its links, the newest first.
    private static func show(_ link: JSONObject, in file: String, _ account: inout Account, _ cause: Cause) {
        guard var owner = account.store.object(Files.kind, id: file)?.tree, var links = owner.object("links") else {
            return
        }
        let others = links["data"]?.arrayValue?.filter { $0["id"] != link["id"] } ?? []
        let shown = Array(([.object(link)] + others).prefix(Int(PageRequest.limitDefault)))
        links["data"] = .array(shown)
        links.set("has_more", others.count >= shown.count && others.count >= Int(PageRequest.limitDefault))
        owner.set("links", links)
        account.update(Files.kind, owner, cause)
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        try account.find(kind, call.pathValue(), param: "id", status: 404)
    }
}
