/// The standard library's conversions, in whose place these stand in all of the package's modules: whoever writes
/// `Int(number)` is warned while building, and the project builds without warnings. They never end the program.
///
/// A declaration of a module hides the standard library's of the same type.

extension Int {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension Int8 {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension Int16 {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension Int32 {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension Int64 {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension UInt {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension UInt8 {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension UInt16 {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension UInt32 {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}

extension UInt64 {
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Double) { self.init(saturating: number) }
  @available(*, deprecated, message: "say what becomes of NaN and of what is too large: (checked:) or (saturating:)")
  package init(_ number: Float) { self.init(saturating: number) }
}
