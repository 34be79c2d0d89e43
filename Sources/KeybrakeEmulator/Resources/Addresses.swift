internal import KeybrakeStripe

/// Addresses and shipping, the same on customers, charges and intents.
enum Addresses {
    static let address = JSONObject.template(
        #"{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,"state":null}"#)

    static let shipping: JSONObject = [
        "address": .object(address), "carrier": nil, "name": nil, "phone": nil, "tracking_number": nil,
    ]

    /// Sets the member from a hash (what the hash leaves out becomes `null`), or unsets it on an empty text.
    static func apply(_ given: FormValue?, as name: String, template: JSONObject, to object: inout JSONObject) {
        guard let given else { return }
        guard let form = given.map else {
            object.set(name, nil as String?)
            return
        }
        var filled = template
        filled.fill(from: form)
        object.set(name, filled)
    }
}
