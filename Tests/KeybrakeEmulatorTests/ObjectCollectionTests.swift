import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// A collection of objects against a plain array of them.
@Suite struct ObjectCollectionTests {
    private struct Plain {
        var objects: [StoredObject] = []

        func place(_ id: String) -> Int? { objects.lastIndex { $0.id == id } }

        mutating func insert(_ object: StoredObject) {
            guard let place = place(object.id), !objects[place].isDeleted || object.isDeleted else {
                objects.append(object)
                return
            }
            objects[place] = object
        }
    }

    private static func object(_ id: String, created: Int64, _ dice: inout Dice) -> StoredObject {
        let customer = Int.random(in: 0..<4, using: &dice)
        let tree: JSONObject = [
            "id": .string(id), "object": "charge", "created": .integer(created),
            "customer": customer == 0 ? nil : .string("cus_\(customer)"),
            "payment_intent": .string("pi_\(Int.random(in: 0..<300, using: &dice))"),
            "description": .string(String(repeating: "x", count: Int.random(in: 0..<200, using: &dice))),
        ]
        return StoredObject(id: id, created: created, bytes: tree.bytes)
    }

    private static func step(
        _ collection: inout ObjectCollection, _ plain: inout Plain, _ now: Int64, _ dice: inout Dice
    ) {
        let id = "ch_\(Int.random(in: 0..<700, using: &dice))"
        switch Int.random(in: 0..<10, using: &dice) {
        case 0:
            guard let place = plain.place(id), !plain.objects[place].isDeleted else { return }
            let note = Array("{\"id\":\"\(id)\",\"deleted\":true}".utf8)
            collection.delete(at: place, answering: note)
            plain.objects[place].bytes = note
            plain.objects[place].isDeleted = true
        case 1..<4:
            guard let place = plain.place(id), !plain.objects[place].isDeleted else { return }
            let changed = object(id, created: now, &dice).bytes
            collection.update(at: place, bytes: changed)
            plain.objects[place].bytes = changed
        case 4:
            guard let place = plain.place(id) else { return }
            collection.spend(at: place)
            plain.objects[place].isSpent = true
        default:
            var made = object(id, created: now, &dice)
            made.owner = Bool.random(using: &dice) ? "cus_9" : nil
            made.card = Bool.random(using: &dice) ? 3 : nil
            plain.insert(made)
            let position = collection.insert(made)
            #expect(position == plain.place(id))
        }
    }

    private static func same(_ left: StoredObject, _ right: StoredObject) -> Bool {
        left.id == right.id && left.created == right.created && left.bytes == right.bytes && left.owner == right.owner
            && left.card == right.card && left.isDeleted == right.isDeleted && left.isSpent == right.isSpent
    }

    private static func check(_ collection: ObjectCollection, _ plain: Plain, seed: UInt64) {
        #expect(collection.count == plain.objects.count, "seed \(seed)")
        #expect(zip(collection, plain.objects).allSatisfy { same($0, $1) }, "seed \(seed)")
        for number in 0..<700 { #expect(collection.position(of: "ch_\(number)") == plain.place("ch_\(number)")) }
        for (member, value) in (1...4).map({ ("customer", "cus_\($0)") })
            + (0..<60).map({ ("payment_intent", "pi_\($0)") })
        {
            let found = collection.positions(where: member, is: value).map(Array.init)
            let expected = plain.objects.indices.filter {
                !plain.objects[$0].isDeleted && plain.objects[$0].text(member) == value
            }
            #expect(found == expected, "seed \(seed), \(member) \(value)")
        }
    }

    @Test func `objects are found by id and by member, in every fork`() {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var forks = [(ObjectCollection(indexedMembers: ["customer", "payment_intent"]), Plain())]
        for step in 0..<4_000 {
            let turn = Int.random(in: forks.indices, using: &dice)
            if forks.count < 3, Int.random(in: 0..<900, using: &dice) == 0 { forks.append(forks[turn]) }
            var (collection, plain) = forks[turn]
            Self.step(&collection, &plain, Int64(step), &dice)
            forks[turn] = (collection, plain)
        }
        for fork in forks { Self.check(fork.0, fork.1, seed: seed) }
    }

    @Test func `what comes out of order is put in order`() {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var collection = ObjectCollection(indexedMembers: ["customer", "payment_intent"])
        var plain = Plain()
        for _ in 0..<1_500 {
            Self.step(&collection, &plain, Int64.random(in: 0..<400, using: &dice), &dice)
        }
        collection.sortByTime()
        let order = plain.objects.enumerated().sorted {
            ($0.element.created, $0.offset) < ($1.element.created, $1.offset)
        }
        let sorted = Plain(objects: order.map(\.element))
        #expect(collection.isInOrderOfTime)
        #expect(zip(collection, sorted.objects).allSatisfy { Self.same($0, $1) }, "seed \(seed)")
        let listed = sorted.objects.indices.filter {
            !sorted.objects[$0].isDeleted && sorted.objects[$0].text("customer") == "cus_1"
        }
        #expect(collection.positions(where: "customer", is: "cus_1").map(Array.init) == listed, "seed \(seed)")
        for object in sorted.objects where !object.isDeleted {
            let place = collection.position(of: object.id)
            #expect(place.map { Self.same(collection[$0], object) } == true, "seed \(seed), \(object.id)")
        }
    }
}
