import Runs
import Testing

@Suite struct NestedNameTests {
    @Test func `A value is found by any spelling of its name, its own first`() {
        let values = ["val/acc": 0.9, "val.loss": 0.1, "val/loss": 0.2]
        #expect(values.value(ofNested: "val.acc") == 0.9)
        #expect(values.value(ofNested: "val/acc") == 0.9)
        #expect(values.value(ofNested: "val/loss") == 0.2)
        #expect(values.value(ofNested: "val") == nil)
    }

    @Test func `What one side spells otherwise gets the other's spelling, and nothing is lost`() {
        let spelled = ["val/acc": 1, "a/b.c": 2, "own": 3].spelled(as: ["val.acc", "a.b/c", "other"])
        #expect(spelled == ["val.acc": 1, "a.b/c": 2, "own": 3])
        #expect(["a/b/c": 1, "a.b.c": 2].spelled(as: ["a.b/c"]) == ["a/b/c": 1, "a.b/c": 2])
        #expect(["x/y": 1].spelled(as: ["x.y", "x/y"]) == ["x/y": 1])
        #expect(["x/y": 1, "x.y": 2].spelled(as: ["x.y"]) == ["x/y": 1, "x.y": 2])
    }
}
