/// A language as engines are asked for it: by its usual code, however the option was set.
@propertyWrapper
public struct EngineLanguage: Sendable, Equatable {
    private var code: LanguageTag?

    /// The language by its usual code; nil: the client named none.
    public var wrappedValue: LanguageTag? {
        get { code }
        set { code = newValue?.usual }
    }

    /// - Parameter wrappedValue: the language as the client named it.
    public init(wrappedValue: LanguageTag?) { code = wrappedValue?.usual }
}
