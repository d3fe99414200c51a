# Completion of pilothouse for fish: what the program itself says it can do.
function __pilothouse_help
    set -l words (commandline -opc)
    if set -q words[2]; and not string match -q -- '-*' $words[2]
        $words[1] $words[2] --help 2>&1
    else
        $words[1] --help 2>&1
    end
end

function __pilothouse_options
    __pilothouse_help | string replace -rf '^  --?([a-z][a-z0-9-]*).*' -- '--$1'
end

function __pilothouse_commands
    __pilothouse_help | string replace -rf '^  pilothouse ([a-z]+) +(.*)' '$1\t$2'
end

for program in pilothouse pilothouse-hub
    complete -c $program -f
    complete -c $program -n 'string match -q -- "-*" (commandline -ct)' -a '(__pilothouse_options)'
    complete -c $program -n 'not set -q (commandline -opc)[2]' -a '(__pilothouse_commands)'
    complete -c $program -n 'not set -q (commandline -opc)[2]' -k -a '(__fish_complete_suffix .pilothouse)'
end
