import KeybrakeStripe
import Testing

@Suite("Civil time")
struct CivilTimeTests {
    @Test(
        "knows dates before, at and after the edges",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"), (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"), (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-2_208_988_800, "1900-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func knownAnswers(unixSeconds: Int64, text: String) {
        #expect(CivilTime.rfc3339(unixSeconds) == text)
        #expect(CivilTime.spaced(unixSeconds) == text.replacing("T", with: " ").replacing("Z", with: ""))
    }

    @Test("finds back from the calendar to the second")
    func roundTrip() {
        var random = SeededGenerator.fresh()
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
            let (year, month, day) = CivilTime.date(seconds)
            let (hour, minute, second) = CivilTime.timeOfDay(seconds)
            #expect((1...12).contains(month) && (1...31).contains(day), "seed \(random.seed)")
            let again = CivilTime.unixSeconds(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second)
            #expect(again == seconds, "seed \(random.seed)")
        }
    }

    @Test("counts every day once over four centuries")
    func everyDay() {
        var expected = (year: 1900, month: 1, day: 1)
        for index in 0..<Int64(146_097) {
            let date = CivilTime.date(-2_208_988_800 + index * CivilTime.secondsPerDay)
            guard date == expected else {
                Issue.record("\(date) where \(expected) was due")
                return
            }
            expected = next(expected)
        }
        #expect(expected == (2300, 1, 1))
    }

    @Test("begins days at midnight UTC, before 1970 too")
    func startOfDay() {
        #expect(CivilTime.startOfDay(86_399) == 0)
        #expect(CivilTime.startOfDay(86_400) == 86_400)
        #expect(CivilTime.startOfDay(-1) == -86_400)
    }

    private func next(_ date: (year: Int, month: Int, day: Int)) -> (year: Int, month: Int, day: Int) {
        let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][date.month - 1]
        if date.day < days { return (date.year, date.month, date.day + 1) }
        return date.month < 12 ? (date.year, date.month + 1, 1) : (date.year + 1, 1, 1)
    }
}
