import KeybrakeStripe
import Testing

@testable import KeybrakeEmulator

/// Lists against a plain list of what was made, through creations, changes, deletions, passing time and forks.
@Suite struct ListPropertyTests {
    private struct Shop {
        var bench: Bench
        /// Oldest first.
        var made: [(id: String, created: Int64, product: String, isDeleted: Bool)] = []
    }

    private func step(_ shop: inout Shop, _ dice: inout Dice) throws {
        switch Int.random(in: 0..<10, using: &dice) {
        case 0...5:
            // An id of one's own can be used again after it was deleted.
            let own = Bool.random(using: &dice) ? "&id=own\(Int.random(in: 0..<8, using: &dice))" : ""
            let product = "p\(Int.random(in: 0..<3, using: &dice))"
            let coupon = shop.bench.post("/v1/coupons", "percent_off=5&duration=once&name=\(product)\(own)")
            guard coupon.status == 200 else { return }
            shop.made.append((coupon.id, coupon["created"]?.integerValue ?? 0, product, false))
        case 6:
            guard let last = shop.made.indices.filter({ !shop.made[$0].isDeleted }).randomElement(using: &dice) else {
                return
            }
            #expect(shop.bench.delete("/v1/coupons/\(shop.made[last].id)").status == 200)
            shop.made[last].isDeleted = true
        case 7:
            guard let one = shop.made.indices.filter({ !shop.made[$0].isDeleted }).randomElement(using: &dice) else {
                return
            }
            #expect(shop.bench.post("/v1/coupons/\(shop.made[one].id)", "metadata[x]=y").status == 200)
        default:
            _ = try shop.bench.host.advanceClock(
                world: shop.bench.world, bySeconds: Int64.random(in: 0..<9, using: &dice), atUnixSeconds: shop.bench.now
            )
        }
    }

    private func check(_ shop: Shop, _ dice: inout Dice, _ note: String) {
        let all = shop.made.filter { !$0.isDeleted }.reversed()
        let bound = all.randomElement(using: &dice)?.created ?? 0
        let filters: [(String, (Int64) -> Bool)] = [
            ("", { _ in true }), ("&created=\(bound)", { $0 == bound }), ("&created[gt]=\(bound)", { $0 > bound }),
            ("&created[gte]=\(bound)", { $0 >= bound }), ("&created[lt]=\(bound)", { $0 < bound }),
            ("&created[lte]=\(bound)&created[gt]=\(bound - 20)", { $0 <= bound && $0 > bound - 20 }),
        ]
        for (filter, fits) in filters {
            let wanted = all.filter { fits($0.created) }.map(\.id)
            let limit = Int.random(in: 1...7, using: &dice)
            var found: [String] = []
            var page = shop.bench.get("/v1/coupons", "limit=\(limit)\(filter)")
            while let last = page.ids.last, found.count <= wanted.count {
                found += page.ids
                #expect(page["has_more"] == .bool(found.count < wanted.count), "\(note)\(filter)")
                page = shop.bench.get("/v1/coupons", "limit=\(limit)&starting_after=\(last)\(filter)")
            }
            #expect(found == wanted, "\(note)\(filter)")
            guard let cursor = wanted.randomElement(using: &dice), let place = wanted.firstIndex(of: cursor) else {
                continue
            }
            let before = shop.bench.get("/v1/coupons", "limit=\(limit)&ending_before=\(cursor)\(filter)")
            #expect(before.ids == Array(wanted[max(0, place - limit)..<place]), "\(note)\(filter) before \(cursor)")
            #expect(before["has_more"] == .bool(place > limit), "\(note)\(filter)")
        }
    }

    @Test func `lists show what there is, newest first, from any cursor and in any range`() throws {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        var shops = [Shop(bench: Bench { $0.clock = .frozen(atUnixSeconds: 1_700_000_000) })]
        for turn in 0..<400 {
            if turn % 130 == 129 {
                var fork = shops[0]
                fork.bench.world = "fork \(turn)"
                try fork.bench.host.fork(world: shops[0].bench.world, into: fork.bench.world)
                shops.append(fork)
            }
            let number = Int.random(in: shops.indices, using: &dice)
            try step(&shops[number], &dice)
            if turn % 40 == 39 { check(shops[number], &dice, "seed \(seed), turn \(turn)") }
        }
        for shop in shops { check(shop, &dice, "seed \(seed), \(shop.bench.world)") }
    }

    @Test func `objects that come from elsewhere take their place in time`() throws {
        let seed = Dice.seed()
        var dice = Dice(seed: seed)
        let bench = Bench { $0.clock = .frozen(atUnixSeconds: 1_000) }
        var shop = Shop(bench: bench)
        for part in 0..<3 {
            let coupon = bench.post("/v1/coupons", "percent_off=5&duration=once")
            shop.made.append((coupon.id, 1_000, "", false))
            var lines = ""
            for number in 0..<40 {
                let created = Int64.random(in: 900..<1_050, using: &dice)
                let id = "c\(part)_\(number)"
                lines += "{\"id\":\"\(id)\",\"object\":\"coupon\",\"created\":\(created)}\n"
                shop.made.append((id, created, "", false))
            }
            _ = try bench.host.seed(world: "w", lines: Array(lines.utf8), atUnixSeconds: 0)
            shop.made = shop.made.enumerated().sorted {
                ($0.element.created, $0.offset) < ($1.element.created, $1.offset)
            }.map(\.element)
            check(shop, &dice, "seed \(seed), part \(part)")
        }
    }
}
