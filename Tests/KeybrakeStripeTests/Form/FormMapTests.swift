import KeybrakeStripe
import Testing

@Suite("Form map")
struct FormMapTests {
    @Test("replaces in place, appends and removes")
    func edits() {
        var form: FormMap = ["a": "1", "b": "2"]
        form["a"] = "3"
        form["c"] = "4"
        form["b"] = nil
        form["nothing"] = nil
        #expect(form.fields.map(\.name) == ["a", "c"])
        #expect(form.text("a") == "3")
    }

    @Test("is equal in any order, on every level")
    func equality() {
        let one: FormMap = ["a": "1", "b": .map(["c": "2", "d": "3"])]
        let two: FormMap = ["b": .map(["d": "3", "c": "2"]), "a": "1"]
        #expect(one == two)
        #expect(one.hashValue == two.hashValue)
        #expect(one != ["a": "1", "b": .map(["c": "2", "d": "4"])])
        #expect(one != ["a": "1"])
        #expect(["a": .list(["1", "2"])] as FormMap != ["a": .list(["2", "1"])])
    }

    @Test("reads a list as the map of its indices")
    func listAsMap() {
        #expect(FormValue.list(["x", "y"]).map == ["0": "x", "1": "y"])
        #expect(FormValue.text("x").map == nil)
        #expect(FormValue.text("x").list == nil)
        #expect(FormValue.list(["x"]).text == nil)
    }

    @Test("finds no value along a path that leaves the tree")
    func paths() {
        let form: FormMap = ["a": .map(["b": "1"]), "l": .list([.map(["p": "2"])])]
        #expect(form.value(at: ["a", "b"]) == "1")
        #expect(form.value(at: ["l", "0", "p"]) == "2")
        #expect(form.value(at: ["a", "b", "c"]) == nil)
        #expect(form.value(at: ["x"]) == nil)
        #expect(form.value(at: []) == nil)
    }
}
