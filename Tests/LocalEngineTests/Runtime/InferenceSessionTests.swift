import Foundation
import HarkenTesting
import LocalEngine
import Testing

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `Inference session` {
    let runtime: InferenceRuntime
    let session: InferenceSession

    init() throws {
        runtime = try InferenceRuntime(path: TestModels.folder.path(of: .runtime))
        session = try InferenceSession(runtime, path: TestModels.folder.path(of: .voiceActivity))
    }

    private func probabilityOfSpeechInSilence() throws -> Float {
        let outputs = try session.run(
            [
                .init(session.input("input"), Tensor([Float](repeating: 0, count: 576), shape: [1, 576], runtime)),
                .init(session.input("state"), Tensor([Float](repeating: 0, count: 256), shape: [2, 1, 128], runtime)),
                .init(session.input("sr"), Tensor([Int64(16_000)], shape: [], runtime)),
            ],
            [session.output("output"), session.output("stateN")])
        #expect(try outputs[0].shape() == [1, 1])
        #expect(try outputs[1].shape() == [2, 1, 128])
        return try outputs[0].withElements(Float.self) { $0[0] }
    }

    @Test func `gives the tensors that are asked for`() throws {
        #expect(try probabilityOfSpeechInSilence() < 0.2)
    }

    @Test func `runs from several threads at once with the same result`() async throws {
        let alone = try probabilityOfSpeechInSilence()
        try await withThrowingTaskGroup(of: Float.self) { group in
            for _ in 0..<8 { group.addTask { @concurrent in try probabilityOfSpeechInSilence() } }
            for try await value in group { #expect(value == alone) }
        }
    }

    @Test func `an input of the wrong shape is an error, not a crash`() throws {
        let tensor = try Tensor([Float](repeating: 0, count: 4), shape: [4], runtime)
        #expect(throws: InferenceError.self) { try session.run([.init(session.input("input"), tensor)], [session.output("output")]) }
    }

    @Test func `an input that the model does not have is an error`() {
        #expect(throws: InferenceError.self) { try session.input("inputs") }
    }

    @Test func `elements that do not fill the shape are an error`() {
        #expect(throws: InferenceError.self) { try Tensor([Float](repeating: 0, count: 3), shape: [2, 2], runtime) }
    }

    @Test func `reading a tensor as another type is an error`() throws {
        let tensor = try Tensor([Int64(1)], shape: [1], runtime)
        #expect(throws: InferenceError.self) { try tensor.withElements(Float.self) { $0.count } }
    }

    @Test func `an empty tensor is one`() throws {
        let tensor = try Tensor([Float](), shape: [1, 8, 0, 52], runtime)
        #expect(try tensor.shape() == [1, 8, 0, 52])
    }

    @Test func `the decoder's many inputs and outputs are all found`() throws {
        let decoder = try InferenceSession(runtime, path: TestModels.folder.path(of: .decoder))
        #expect(decoder.inputNames.count == 35)
        #expect(decoder.outputNames.count == 33)
    }

    @Test func `a file that is not a model is an error that names it`() {
        let path = TestModels.folder.path(of: .tokenTable)
        #expect { try InferenceSession(runtime, path: path) } throws: { "\($0)".contains(path) }
    }

    /// The runs of two threads succeed. Those of the third fail: the runtime logs each failure, with an object that the exit destroys.
    @Test(arguments: 0..<(TestMatrices.areWhole ? 8 : 2) as Range<UInt32>)
    func `the process exits cleanly while models run`(milliseconds: UInt32) async {
        await #expect(processExitsWith: .success) { [milliseconds] in
            let runtime = try InferenceRuntime(path: TestModels.folder.path(of: .runtime))
            let session = try InferenceSession(runtime, path: TestModels.folder.path(of: .voiceActivity))
            for index in 0..<3 {
                Thread.detachNewThread {
                    while true {
                        let count = index == 0 ? 4 : 576
                        _ = try? session.run(
                            [
                                .init(session.input("input"), Tensor([Float](repeating: 0, count: count), shape: [1, count], runtime)),
                                .init(session.input("state"), Tensor([Float](repeating: 0, count: 256), shape: [2, 1, 128], runtime)),
                                .init(session.input("sr"), Tensor([Int64(16_000)], shape: [], runtime)),
                            ],
                            [session.output("output"), session.output("stateN")])
                    }
                }
            }
            usleep(20_000 + milliseconds * 1_000)  // real time: the exit may come at any moment of a run
            exit(EXIT_SUCCESS)
        }
    }
}
