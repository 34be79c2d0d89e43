/// Tells lists that were written with indices from maps.
enum FormIndexing {
    /// The tree in which every nested map whose names are 0, 1, 2 … in order has become a list.
    static func listsFromIndices(_ root: FormMap) -> FormMap {
        guard root.fields.contains(where: { $0.value.text == nil }) else { return root }
        return FormMap(root.fields.map { FormMap.Field(name: $0.name, value: convert($0.value)) })
    }

    private static func convert(_ value: FormValue) -> FormValue {
        switch value {
        case .text: value
        case .list(let elements): .list(elements.map(convert))
        case .map(let map): isIndexed(map) ? .list(map.fields.map { convert($0.value) }) : .map(listsFromIndices(map))
        }
    }

    private static func isIndexed(_ map: FormMap) -> Bool {
        for (index, field) in map.fields.enumerated() where field.name != String(index) {
            return false
        }
        return true
    }
}
