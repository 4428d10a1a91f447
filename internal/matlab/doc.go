// Package matlab reads sparse matrices from MATLAB files of version 5, which the commands
// save -v6 and save -v7 write. Memory stays in proportion to the file's size.
//
// Source: The MathWorks, "MAT-File Format", chapter "MAT-File Level 5 Files".
package matlab
