internal import KeybrakeStripe

/// Secrets that apps keep, one for each name and scope; setting one again replaces it.
///
///     set ─→ kept ─┬─ delete ─→ gone
///                  └─ expires_at ─→ gone
enum AppSecrets {
    private static let kind = ObjectKind("apps.secret")

    static let routes: [(String, Behaviour)] = [
        ("POST /v1/apps/secrets", create),
        ("GET /v1/apps/secrets", list),
        ("GET /v1/apps/secrets/find", find),
        ("POST /v1/apps/secrets/delete", delete),
    ]

    static func create(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let scope = try Scope(call.form)
        if let time = call.form.integer("expires_at"), time <= call.now {
            throw .invalid("The expiry time must be in the future.", param: "expires_at")
        }
        let old = stored(try call.form.required("name"), scope, account, now: call.now)
        var secret = try account.shaped(call)
        if let old { secret.set("id", old.id) }
        secret.set("scope", scope.json)
        let stored = StoredObject(id: secret.text("id") ?? "", created: call.now, bytes: secret.bytes)
        account.store.insert(kind, stored)
        return .object(hidden(secret))
    }

    static func list(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let scope = try Scope(call.form)
        let reply = try account.page(kind, call, url: "/v1/apps/secrets") { scope.holds($0.tree, now: call.now) }
        guard case .page(let page) = reply else { return reply }
        let elements = page.elements.map { bytes in
            hidden((try? JSONParser.parse(bytes))?.objectValue ?? JSONObject()).bytes
        }
        return .page(ListPage(url: page.url, elements: elements, hasMore: page.hasMore))
    }

    /// Its payload shows when it is asked for.
    static func find(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let secret = try target(call, account).tree
        let isAsked = call.form["expand"]?.list?.contains { $0.text == "payload" } ?? false
        return .object(isAsked ? secret : hidden(secret))
    }

    static func delete(_ call: Call, _ account: inout Account) throws(StripeError) -> Reply {
        let secret = try target(call, account)
        _ = account.delete(kind, id: secret.id, call.cause)
        var gone = hidden(secret.tree)
        gone.set("deleted", true)
        return .object(gone)
    }

    /// Whose secrets they are.
    private struct Scope {
        let type: String
        let user: String?

        init(_ form: FormMap) throws(StripeError) {
            guard let scope = form.map("scope"), let type = scope.given("type") else {
                throw .parameterMissing("scope[type]")
            }
            guard type != "user" || scope.given("user") != nil else { throw .parameterMissing("scope[user]") }
            self.type = type
            user = type == "user" ? scope.given("user") : nil
        }

        var json: JSONObject {
            var scope: JSONObject = ["type": .string(type)]
            if let user { scope.set("user", user) }
            return scope
        }

        func holds(_ secret: JSONObject, now: Int64) -> Bool {
            guard secret["expires_at"]?.integerValue.map({ $0 > now }) ?? true else { return false }
            return secret["scope"]?["type"]?.stringValue == type && secret["scope"]?["user"]?.stringValue == user
        }
    }

    private static func stored(_ name: String, _ scope: Scope, _ account: Account, now: Int64) -> StoredObject? {
        account.store.collection(kind)?.objects.first {
            !$0.isDeleted && $0.text("name") == name && scope.holds($0.tree, now: now)
        }
    }

    private static func target(_ call: Call, _ account: Account) throws(StripeError) -> StoredObject {
        let name = try call.form.required("name")
        guard let secret = stored(name, try Scope(call.form), account, now: call.now) else {
            throw .missing("secret", id: name, param: "name")
        }
        return secret
    }

    private static func hidden(_ secret: JSONObject) -> JSONObject {
        var secret = secret
        secret["payload"] = nil
        return secret
    }
}
