import COrt
import Glibc

/// A loaded model. Several threads may run it at once; each run uses only its calling thread.
package final class InferenceSession: Sendable {
    /// A model's input or output. Its name is looked up once.
    package struct Slot: Sendable, Equatable {
        let index: UInt32
    }

    /// A tensor, with the input that takes it.
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
    // The runtime promises that any number of threads may run a session. The handle has no other use until `deinit`.
    nonisolated(unsafe) private let handle: OpaquePointer

    /// Loads a model with full optimisation. Each run uses one thread.
    ///
    /// - Parameter reusesMemory: true keeps the memory of a run's tensors for the next run. This is faster, but the memory stays as large as the
    ///   largest run needed.
    package init(_ runtime: InferenceRuntime, path: String, reusesMemory: Bool = true) throws(InferenceError) {
        guard access(path, R_OK) == 0 else { throw InferenceError(unopened: path) }
        var handle: OpaquePointer?
        if let reason = failure(cort_session_open(runtime.handle, path, 1, reusesMemory, &handle)) {
            throw .unusableModel(path: path, reason: reason)
        }
        guard let handle else { throw .unusableModel(path: path, reason: "the library returned no session") }
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
        guard let index = names.firstIndex(of: name) else { throw .unusableModel(path: path, reason: "the model has no \(kind) \(name)") }
        return Slot(index: UInt32(index))
    }

    /// Runs the model once.
    ///
    /// - Returns: the tensors of `outputs`, in the order of `outputs`.
    package func run(_ feeds: [Feed], _ outputs: [Slot]) throws(InferenceError) -> [Tensor] {
        let slots = feeds.map(\.slot.index)
        let values: [OpaquePointer?] = feeds.map(\.tensor.handle)
        let wanted = outputs.map(\.index)
        var produced = [OpaquePointer?](repeating: nil, count: outputs.count)
        let message = cort_session_run(handle, slots, values, feeds.count, wanted, &produced, outputs.count)
        // The tensors own the memory that the values only point to.
        withExtendedLifetime(feeds) {}
        let reason = failure(message)
        // Each output is owned from here on, so that none leaks when another is not as expected.
        let tensors = produced.compactMap { $0.map { Tensor(owning: $0, runtime) } }
        if let reason { throw .failedRun(model: path, reason: reason) }
        guard tensors.count == outputs.count else { throw .failedRun(model: path, reason: "an output is missing") }
        return tensors
    }
}
