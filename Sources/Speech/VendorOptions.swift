/// The options of a request in a vendor's own words, for that vendor's engine. Engines of other vendors are not sent these options.
package struct VendorOptions: Sendable, Equatable {
    /// One option.
    package struct Option: Sendable, Equatable {
        package enum Value: Sendable, Equatable {
            /// The value of a query's parameter or a form's field.
            case text(String)
            /// The JSON text of a member's value.
            case json(String)
        }

        /// The share of the value that is in force with engines of other vendors.
        package enum Reading: Sendable, Equatable {
            /// The entry of the option in its table holds.
            ///
            /// - Parameter unread: names of the value's members that only the vendor's own engine may heed.
            case usual(unread: [String])
            /// Harken sees to a part of the value with every engine.
            ///
            /// - Parameters:
            ///   - uncovered: names of the members that Harken does not see to, for engines that ignore the option.
            ///   - unread: the same for engines that heed the option.
            case partial(uncovered: [String], unread: [String])
            /// Harken sees to this value with every engine, although not to others of the option.
            case full
            /// This request does not read the option, although others of the vendor's protocol do: only the vendor's own engine may heed it.
            case unread
            /// Another option of the request stands against this value, which only the vendor's own engine may heed. Such a value is named although it
            /// may ask for nothing by itself, such as `false`.
            case overruled
        }

        package var name: String
        package var value: Value
        /// The option of the session that has the same meaning. A session that changes it no longer sends this value. nil: there is none.
        package var aspect: StreamAspect?
        package var reading = Reading.usual(unread: [])

        package init(_ name: String, _ value: Value, aspect: StreamAspect? = nil) {
            self.name = name
            self.value = value
            self.aspect = aspect
        }
    }

    /// Maximum number of options in one request. The sizes of queries and of bodies are limited where these are read.
    package static let maxCount = 1_024

    /// The vendor that understands the options; nil: whichever vendor is asked.
    package var vendor: EngineName?
    /// The options in the order in which they came. A name may repeat.
    package var options: [Option]
    /// True if fields of the vendor's answer that have texts of their own, such as summaries, may reach the client. False where an operator's
    /// redaction applies: Harken cannot redact such fields.
    package var allowsAnswers = true

    package init(_ vendor: EngineName?, _ options: [Option] = []) {
        self.vendor = vendor
        self.options = options
    }

    /// True if an engine of this name is sent the options.
    package func isFor(_ engine: EngineName) -> Bool { vendor == nil || vendor == engine }

    /// Marks an option as one that this request does not read.
    package mutating func markUnread(_ name: String) {
        for index in options.indices where options[index].name == name && options[index].reading != .overruled { options[index].reading = .unread }
    }

    /// Marks an option as one against which another of the request stands.
    package mutating func markOverruled(_ name: String) {
        for index in options.indices where options[index].name == name { options[index].reading = .overruled }
    }

    /// Removes the options that a change of the session replaces.
    package mutating func drop(_ aspects: Set<StreamAspect>) {
        options.removeAll { option in option.aspect.map { aspects.contains($0) } ?? false }
    }
}
