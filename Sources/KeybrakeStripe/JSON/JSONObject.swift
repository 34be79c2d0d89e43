/// The members of a JSON object, in the order in which they were written.
///
/// Look-up is linear: Stripe's objects have a few dozen members at most, and order is what keeps recordings and
/// reports stable. Equality and hashing ignore the order, as JSON does.
package struct JSONObject: Sendable {
    /// One name with its value.
    package struct Member: Sendable, Hashable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var members: [Member]

    /// An object with the given members; of a name given twice the later one counts.
    package init(_ members: [Member] = []) {
        self.members = members
    }

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    /// Reads, replaces (keeping its place), appends, or with `nil` removes the member of that name.
    package subscript(name: String) -> JSONValue? {
        get { members.last { $0.name == name }?.value }
        set {
            guard let newValue else {
                members.removeAll { $0.name == name }
                return
            }
            if let index = members.lastIndex(where: { $0.name == name }) {
                members[index].value = newValue
            } else {
                members.append(Member(name: name, value: newValue))
            }
        }
    }

    /// Appends a member without looking whether the name is there already.
    package mutating func append(_ name: String, _ value: JSONValue) {
        members.append(Member(name: name, value: value))
    }

    /// Makes room for that many members at once.
    package mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
    }

    /// The same members, sorted by name by their UTF-8 bytes, at this level only.
    package func sortedByName() -> JSONObject {
        JSONObject(members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        // Each level is compared once: comparing in order first and sorted afterwards would double the work per level.
        let isSameOrder = zip(left.members, right.members).allSatisfy { $0.name == $1.name }
        return isSameOrder
            ? left.members == right.members : left.sortedByName().members == right.sortedByName().members
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(sortedByName().members)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { Member(name: $0.0, value: $0.1) })
    }
}
