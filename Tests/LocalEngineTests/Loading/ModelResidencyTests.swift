@testable import LocalEngine
import Speech
import Testing

@Suite struct `Model residency` {
    private let start = Instant.start
    private let problem = InferenceError.failedRun(model: "m", reason: "r")

    private func loaded(keepAlive: Duration?) -> ModelResidency<Int> {
        var residency = ModelResidency<Int>(keepAlive: keepAlive)
        _ = residency.need(now: start)
        _ = residency.loaded(.success(7), now: start)
        return residency
    }

    @Test func `loads once for many requests`() {
        var residency = ModelResidency<Int>(keepAlive: nil)
        #expect(residency.presence(now: start) == .idle)
        #expect(residency.need(now: start).name == "load")
        #expect(residency.need(now: start).name == "wait")
        #expect(residency.presence(now: start) == .loading)
        #expect(residency.loaded(.success(7), now: start) == nil)
        #expect(residency.need(now: start).name == "use 7")
        #expect(residency.presence(now: start) == .loaded)
    }

    @Test func `lets an idle model go after its time and loads it again`() {
        var residency = loaded(keepAlive: .seconds(60))
        #expect(residency.need(now: start).name == "use 7")
        // A check was announced by `loaded`, so the end of the use announces none.
        #expect(residency.useEnded(now: start + .seconds(10)) == nil)
        #expect(residency.check(now: start + .seconds(60)).name == "again after 10.0 seconds")
        #expect(residency.check(now: start + .seconds(70)).name == "let go of 7")
        #expect(residency.presence(now: start + .seconds(70)) == .idle)
        #expect(residency.need(now: start + .seconds(71)).name == "load")
    }

    @Test func `keeps a model that is in use`() {
        var residency = loaded(keepAlive: .seconds(60))
        for _ in 0..<2 { #expect(residency.need(now: start).name == "use 7") }
        #expect(residency.check(now: start + .seconds(60)).name == "nothing")
        #expect(residency.useEnded(now: start + .seconds(61)) == nil)
        #expect(residency.check(now: start + .seconds(500)).name == "nothing")
        #expect(residency.useEnded(now: start + .seconds(600)) == .seconds(60))
        #expect(residency.check(now: start + .seconds(660)).name == "let go of 7")
    }

    @Test func `lets a model go that was loaded for nobody`() {
        var residency = ModelResidency<Int>(keepAlive: .seconds(60))
        _ = residency.need(now: start)
        #expect(residency.loaded(.success(7), now: start) == .seconds(60))
        #expect(residency.check(now: start + .seconds(60)).name == "let go of 7")
    }

    @Test func `keeps a model for ever without a time`() {
        var residency = loaded(keepAlive: nil)
        _ = residency.need(now: start)
        #expect(residency.useEnded(now: start) == nil)
        #expect(residency.check(now: start + .seconds(1_000_000)).name == "nothing")
    }

    @Test func `does not load again what could never be loaded`() {
        var residency = ModelResidency<Int>(keepAlive: .seconds(60))
        _ = residency.need(now: start)
        #expect(residency.loaded(.failure(problem), now: start) == nil)
        #expect(residency.presence(now: start + .seconds(3_600)) == .failed(problem))
        #expect(residency.need(now: start + .seconds(3_600)).name == "fail")
    }

    @Test func `loads again after a failure what could be loaded before`() {
        var residency = loaded(keepAlive: .seconds(60))
        _ = residency.check(now: start + .seconds(60))
        _ = residency.need(now: start + .seconds(100))
        _ = residency.loaded(.failure(problem), now: start + .seconds(101))
        #expect(residency.presence(now: start + .seconds(130)) == .failed(problem))
        #expect(residency.need(now: start + .seconds(130)).name == "fail")
        #expect(residency.presence(now: start + .seconds(131)) == .idle)
        #expect(residency.need(now: start + .seconds(131)).name == "load")
    }
}

extension ModelResidency.NeedAction {
    fileprivate var name: String {
        switch self {
        case .use(let model): "use \(model)"
        case .load: "load"
        case .wait: "wait"
        case .fail: "fail"
        }
    }
}

extension ModelResidency.CheckAction {
    fileprivate var name: String {
        switch self {
        case .letGo(let model): "let go of \(model)"
        case .checkAgain(let delay): "again after \(delay)"
        case .nothing: "nothing"
        }
    }
}
