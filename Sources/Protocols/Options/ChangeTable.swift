package import Speech

/// The settings that a message of a vendor's protocol changes while audio flows.
package struct ChangeTable: Sendable {
    /// A setting of the message.
    package struct Setting: Sendable, Equatable {
        /// The member's path in the message.
        package let name: String
        /// The name of the same setting at the opening: an entry of the vendor's `OptionTable`.
        package let option: String
        /// A message that changes the setting.
        package let example: String

        init(_ name: String, of option: String? = nil, _ example: String) {
            self.name = name
            self.option = option ?? name
            self.example = example
        }
    }

    /// The protocol's name and path.
    package let title: String
    /// The type of the message.
    package let message: String
    package let options: OptionTable
    /// The settings in the order in which documents list them.
    package let settings: [Setting]

    init(_ title: String, _ message: String, _ options: OptionTable, _ settings: [Setting]) {
        self.title = title
        self.message = message
        self.options = options
        self.settings = settings
    }

    /// Returns the effect of a change with an engine.
    package func effect(of setting: Setting, with engine: EngineName) -> OptionEffect { options.effect(of: setting.option, with: engine, .live) }
}
