// Package matlab reads sparse matrices from the files of MATLAB, version 5, that
// the commands save -v6 and -v7 write. What is allocated stays in proportion to the
// file.
//
// Source: The MathWorks, "MAT-File Format", chapter "MAT-File Level 5 Files".
package matlab
