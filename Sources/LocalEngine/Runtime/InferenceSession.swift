import COrt
import Glibc

/// A loaded model. Runs from several threads at once, each on the calling thread alone.
package final class InferenceSession: Sendable {
    /// A model's input or output, found once by name.
    package struct Slot: Sendable, Equatable {
        let index: UInt32
    }

    /// A tensor and the input that it is for.
    package struct Feed {
        let slot: Slot
        let tensor: Tensor

        package init(_ slot: Slot, _ tensor: Tensor) {
            self.slot = slot
            self.tensor = tensor
        }
    }

    package let path: String
    package let inputNames: [String]
    package let outputNames: [String]
    let runtime: InferenceRuntime
    // The runtime promises that a session may be run from any number of threads; nothing else is done with it until `deinit`.
    nonisolated(unsafe) private let handle: OpaquePointer

    /// Loads a model with full optimisation, to run on one thread for each call.
    ///
    /// - Parameter reusesMemory: keep the memory of one run's tensors for the next: faster, but it stays as large as the largest run needed.
    package init(_ runtime: InferenceRuntime, path: String, reusesMemory: Bool = true) throws(InferenceError) {
        guard access(path, R_OK) == 0 else { throw .missingFile(path) }
        var handle: OpaquePointer?
        if let reason = failure(cort_session_open(runtime.handle, path, 1, reusesMemory, &handle)) {
            throw .unusableModel(path: path, reason: reason)
        }
        guard let handle else { throw .unusableModel(path: path, reason: "it loaded without a handle") }
        self.path = path
        self.runtime = runtime
        self.handle = handle
        inputNames = (0..<cort_session_input_count(handle)).map { String(cString: cort_session_input_name(handle, $0)) }
        outputNames = (0..<cort_session_output_count(handle)).map { String(cString: cort_session_output_name(handle, $0)) }
    }

    deinit { cort_session_close(handle) }

    package func input(_ name: String) throws(InferenceError) -> Slot { try slot(name, in: inputNames, "input") }
    package func output(_ name: String) throws(InferenceError) -> Slot { try slot(name, in: outputNames, "output") }

    private func slot(_ name: String, in names: [String], _ kind: String) throws(InferenceError) -> Slot {
        guard let index = names.firstIndex(of: name) else { throw .unusableModel(path: path, reason: "it has no \(kind) \(name)") }
        return Slot(index: UInt32(index))
    }

    /// Runs the model once.
    ///
    /// - Returns: the tensors of `outputs`, in that order.
    package func run(_ feeds: [Feed], _ outputs: [Slot]) throws(InferenceError) -> [Tensor] {
        let slots = feeds.map(\.slot.index)
        let values: [OpaquePointer?] = feeds.map(\.tensor.handle)
        let wanted = outputs.map(\.index)
        var produced = [OpaquePointer?](repeating: nil, count: outputs.count)
        let message = cort_session_run(handle, slots, values, feeds.count, wanted, &produced, outputs.count)
        // The tensors own the memory that the values only point to.
        withExtendedLifetime(feeds) {}
        let reason = failure(message)
        // Each is owned from here on, so that nothing leaks when one of them is not what was expected.
        let tensors = produced.compactMap { $0.map { Tensor(owning: $0, runtime) } }
        if let reason { throw .failedRun(model: path, reason: reason) }
        guard tensors.count == outputs.count else { throw .failedRun(model: path, reason: "an output is missing") }
        return tensors
    }
}
