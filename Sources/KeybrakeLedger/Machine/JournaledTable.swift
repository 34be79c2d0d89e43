/// A dictionary that can take back everything since the last time it was told to keep it.
///
/// A batch of commands is judged before it is durable. When the disk refuses the batch, the machine must stand where
/// it stood before; remembering what each change overwrote costs as much as the change, a copy would cost the table.
struct JournaledTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private(set) var rows: [Key: Value]
    private var overwritten: [(key: Key, value: Value?)] = []

    init(_ rows: [Key: Value] = [:]) {
        self.rows = rows
    }

    subscript(key: Key) -> Value? {
        get { rows[key] }
        set {
            let before: Value?
            if let newValue {
                before = rows.updateValue(newValue, forKey: key)
            } else {
                before = rows.removeValue(forKey: key)
            }
            overwritten.append((key, before))
        }
    }

    /// Makes every change so far final.
    mutating func keep() {
        overwritten.removeAll(keepingCapacity: true)
    }

    /// Takes back every change since the last ``keep()``.
    mutating func undo() {
        while let change = overwritten.popLast() {
            rows[change.key] = change.value
        }
    }
}
