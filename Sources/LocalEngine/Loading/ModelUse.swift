/// One use of a loaded model. The model stays in memory while the use exists.
package final class ModelUse<Model: Sendable>: Sendable {
    package let model: Model
    private let ended: @Sendable () -> Void

    init(_ model: Model, ended: @escaping @Sendable () -> Void) {
        self.model = model
        self.ended = ended
    }

    deinit { ended() }
}
