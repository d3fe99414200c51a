# Completion of pilothouse for fish: what the program itself says it can do.
function __pilothouse_help
    set -l words (commandline -opc)
    if set -q words[2]; and not string match -q -- '-*' $words[2]
        $words[1] $words[2] --help 2>&1
    else
        $words[1] --help 2>&1
    end
end

# After the option that is named.
function __pilothouse_after
    set -l words (commandline -opc)
    contains -- (string replace -r -- '^--?' '' $words[-1]) $argv
end

function __pilothouse_first
    set -l words (commandline -opc)
    test (count $words) -eq 1
end

# The options, each with the line that is below it.
function __pilothouse_options
    set -l option
    for line in (__pilothouse_help)
        if set -l name (string replace -rf '^  --?([a-z][a-z0-9-]*).*' -- '--$1' $line)
            set option $name
        else if test -n "$option"
            printf '%s\t%s\n' $option (string trim -- $line)
            set option
        end
    end
end

function __pilothouse_commands
    __pilothouse_help | string replace -rf '^  pilothouse ([a-z]+) +(.*)' '$1\t$2'
end

function __pilothouse_pages
    __pilothouse_help | string replace -rf '.*open the page .*first: ' '' | string split ', '
end

function __pilothouse_kinds
    __pilothouse_help | string replace -rf '.*kind of records: ([a-z, ]*[a-z]).*' '$1' | string replace ' or ' ', ' | string split ', '
end

for program in pilothouse pilothouse-hub
    complete -c $program -f
    complete -c $program -n 'string match -q -- "-*" (commandline -ct)' -a '(__pilothouse_options)'
    complete -c $program -n __pilothouse_first -a '(__pilothouse_commands)'
    complete -c $program -n __pilothouse_first -k -a '(__fish_complete_suffix .pilothouse)'
    complete -c $program -n '__pilothouse_after page' -a '(__pilothouse_pages)'
    complete -c $program -n '__pilothouse_after what' -a '(__pilothouse_kinds)'
    complete -c $program -n '__pilothouse_after format' -a 'csv jsonl parquet'
    complete -c $program -n '__pilothouse_after connect' -a 'mqtt:// mqtts:// ws:// wss://'
    complete -c $program -n '__pilothouse_after data-dir' -a '(__fish_complete_directories (commandline -ct))'
    complete -c $program -n '__pilothouse_after out history' -F
end
