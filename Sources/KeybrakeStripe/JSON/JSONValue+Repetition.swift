extension JSONValue {
    /// The first member name, by depth, that an object inside the value gives twice; `nil` when there is none.
    ///
    /// Readers differ on which of two members counts, so a request that repeats one cannot be judged.
    package var repeatedName: String? {
        switch self {
        case .object(let object): object.repeatedName
        case .array(let elements): elements.lazy.compactMap(\.repeatedName).first
        default: nil
        }
    }
}

extension JSONObject {
    fileprivate var repeatedName: String? {
        var seen: Set<String> = []
        for member in members where !seen.insert(member.name).inserted { return member.name }
        return members.lazy.compactMap(\.value.repeatedName).first
    }
}
