import COrt

/// Numbers with a shape, as models take and return them. One thread at a time may use a tensor.
package final class Tensor {
    /// A type that the elements of a tensor may have.
    package protocol Element: BitwiseCopyable {
        static var elementType: Int32 { get }
    }

    let handle: OpaquePointer
    private let runtime: InferenceRuntime
    /// Memory that belongs to the tensor and that `handle` points to; nil when the runtime owns the memory.
    private let storage: UnsafeMutableRawPointer?

    /// Copies `elements`, whose number must match `shape`.
    package init<E: Element>(_ elements: Span<E>, shape: [Int], _ runtime: InferenceRuntime) throws(InferenceError) {
        guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == elements.count else {
            throw .failedRun(model: runtime.path, reason: "\(elements.count) elements do not fill the shape \(shape)")
        }
        let byteCount = elements.count * MemoryLayout<E>.stride
        // At least one byte is allocated: the runtime rejects a null pointer even for an empty tensor.
        let storage = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
        elements.withUnsafeBytes { storage.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(storage), byteCount: byteCount) }
        var handle: OpaquePointer?
        let reason = failure(
            cort_value_create(runtime.handle, storage, byteCount, shape.map(Int64.init), shape.count, E.elementType, &handle))
        guard let handle else {
            storage.deallocate()
            throw .failedRun(model: runtime.path, reason: reason ?? "a tensor could not be created")
        }
        self.handle = handle
        self.runtime = runtime
        self.storage = storage
    }

    package convenience init<E: Element>(_ elements: [E], shape: [Int], _ runtime: InferenceRuntime) throws(InferenceError) {
        try self.init(elements.span, shape: shape, runtime)
    }

    init(owning handle: OpaquePointer, _ runtime: InferenceRuntime) {
        self.handle = handle
        self.runtime = runtime
        storage = nil
    }

    deinit {
        cort_value_release(runtime.handle, handle)
        storage?.deallocate()
    }

    /// Returns a tensor whose elements along `axis` are copies of those with these indices.
    func selecting<E: Element>(_ indices: [Int], axis: Int, _: E.Type) throws(InferenceError) -> Tensor {
        var shape = try self.shape()
        let blocks = shape[..<axis].reduce(1, *), count = shape[axis], size = shape[(axis + 1)...].reduce(1, *)
        shape[axis] = indices.count
        let selected = try withElements(E.self) { elements in
            [E](unsafeUninitializedCapacity: blocks * indices.count * size) { buffer, initialized in
                elements.withUnsafeBufferPointer { source in
                    guard let base = source.baseAddress, let target = buffer.baseAddress else { return }
                    for block in 0..<blocks {
                        for (place, index) in indices.enumerated() {
                            (target + (block * indices.count + place) * size).initialize(from: base + (block * count + index) * size, count: size)
                        }
                    }
                }
                initialized = blocks * indices.count * size
            }
        }
        return try Tensor(selected, shape: shape, runtime)
    }

    package func shape() throws(InferenceError) -> [Int] {
        let tensor = try describe()
        return withUnsafeBytes(of: tensor.shape) { $0.bindMemory(to: Int64.self).prefix(tensor.rank).map(Int.init) }
    }

    /// Calls `body` with the elements.
    package func withElements<E: Element, R>(_: E.Type, _ body: (Span<E>) -> R) throws(InferenceError) -> R {
        let tensor = try describe()
        guard tensor.type == E.elementType, let data = tensor.data else {
            throw .failedRun(model: runtime.path, reason: "a tensor has elements of type \(tensor.type), not \(E.elementType)")
        }
        let elements = UnsafeBufferPointer(start: data.assumingMemoryBound(to: E.self), count: tensor.element_count)
        defer { withExtendedLifetime(self) {} }
        return body(elements.span)
    }

    private func describe() throws(InferenceError) -> cort_tensor {
        var tensor = cort_tensor()
        if let reason = failure(cort_value_describe(runtime.handle, handle, &tensor)) {
            throw .failedRun(model: runtime.path, reason: reason)
        }
        return tensor
    }
}

extension Float: Tensor.Element { package static var elementType: Int32 { Int32(CORT_FLOAT) } }
extension Int32: Tensor.Element { package static var elementType: Int32 { Int32(CORT_INT32) } }
extension Int64: Tensor.Element { package static var elementType: Int32 { Int32(CORT_INT64) } }
extension Bool: Tensor.Element { package static var elementType: Int32 { Int32(CORT_BOOL) } }
