//! One value or many: what a builder method takes.

/// One value or many: what a builder method takes, so that `.sources("a/*.c")`, `.sources(["a.c",
/// "b.c"])` and any iterator work alike. `M` only tells the two apart; the compiler finds it.
#[diagnostic::on_unimplemented(
    message = "expected one value or an iterator of values that turn into `{T}`"
)]
pub trait Many<T, M> {
    /// The values, in order.
    fn many(self) -> Vec<T>;
}

/// Marks the single value in [`Many`].
pub enum One {}

/// Marks the iterator in [`Many`].
pub enum Each {}

impl<T, V: Into<T>> Many<T, One> for V {
    fn many(self) -> Vec<T> {
        vec![self.into()]
    }
}

impl<T, I> Many<T, Each> for I
where
    I: IntoIterator,
    I::Item: Into<T>,
{
    fn many(self) -> Vec<T> {
        self.into_iter().map(Into::into).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<M>(values: impl Many<String, M>) -> String {
        values.many().join(" ")
    }

    #[test]
    fn one_value_an_array_and_an_iterator_are_all_taken() {
        assert_eq!(names("a"), "a");
        assert_eq!(names(String::from("a")), "a");
        assert_eq!(names(["a", "b"]), "a b");
        assert_eq!(names(vec![String::from("a"), String::from("b")]), "a b");
        assert_eq!(names(["a", "b"].iter().map(|name| format!("{name}.c"))), "a.c b.c");
    }
}
