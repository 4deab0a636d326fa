-- What the scripts before this one left without a comment.

call hedgerow.describe_columns('public');
